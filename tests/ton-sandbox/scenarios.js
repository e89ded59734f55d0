// Plays transfers on a real TON virtual machine and writes what happened in the form of toncenter's answers.
//
//   node scenarios.js FOLDER            scenes, and the wallets before them, as JSON on standard output
//   node scenarios.js FOLDER play        the same wallets sign and send the messages on standard input
//
// FOLDER holds node_modules. Keys are made from a fixed word and exist here only.
const path = require("path");
const load = (name) => require(require.resolve(name, { paths: [path.resolve(process.argv[2])] }));
const { Blockchain } = load("@ton/sandbox");
const core = load("@ton/core");
const { keyPairFromSeed, sign, sha256_sync } = load("@ton/crypto");
const { WalletContractV3R2, WalletContractV4, WalletContractV5R1 } = load("@ton/ton");

const NOW = 1750000000;
const key = keyPairFromSeed(sha256_sync("a wallet of the tests"));
const hash = (cell) => cell.hash().toString("base64");
const raw = (address) => (address ? address.toRawString().toUpperCase() : null);
const text = (value) => value.toString();
const comment = (words) => core.beginCell().storeUint(0, 32).storeStringTail(words).endCell();

function message(one) {
  const info = one.info;
  const cell = core.beginCell().store(core.storeMessage(one)).endCell();
  const inside = info.type === "internal";
  return {
    hash: hash(cell), source: inside ? raw(info.src) : null, destination: raw(info.dest),
    value: inside ? text(info.value.coins) : null, fwd_fee: inside ? text(info.forwardFee) : null,
    ihr_fee: inside ? text(info.ihrFee ?? 0n) : null, created_lt: inside ? text(info.createdLt) : null,
    created_at: inside ? text(info.createdAt) : null, ihr_disabled: inside ? info.ihrDisabled ?? true : null,
    bounce: inside ? info.bounce : null, bounced: inside ? info.bounced : null, opcode: null,
    init_state: one.init ? {} : null,
    message_content: { hash: hash(one.body), body: one.body.toBoc().toString("base64"), decoded: null },
  };
}

function phases(told) {
  const compute = told.computePhase;
  const action = told.actionPhase;
  return {
    type: "ord", aborted: told.aborted,
    credit_ph: told.creditPhase ? { credit: text(told.creditPhase.credit.coins) } : null,
    compute_ph: compute.type === "skipped" ? { skipped: true, reason: compute.reason.replace("-", "_") }
      : { skipped: false, success: compute.success, exit_code: compute.exitCode },
    action: action ? { success: action.success, no_funds: action.noFunds, result_code: action.resultCode,
      tot_actions: action.totalActions, skipped_actions: action.skippedActions, msgs_created: action.messagesCreated } : null,
    bounce: told.bouncePhase ? { type: told.bouncePhase.type } : undefined,
  };
}

function transaction(one) {
  const account = `0:${one.address.toString(16).padStart(64, "0")}`;
  return {
    account: account.toUpperCase(), hash: one.hash().toString("base64"), lt: text(one.lt), now: one.now, mc_block_seqno: 50000000,
    total_fees: text(one.totalFees.coins), description: phases(one.description),
    block_ref: { workchain: 0, shard: "8000000000000000", seqno: 61000000 },
    in_msg: one.inMessage ? message(one.inMessage) : null, out_msgs: [...one.outMessages.values()].map(message), emulated: false,
  };
}

async function prepared() {
  const chain = await Blockchain.create();
  chain.now = NOW;
  const bank = await chain.treasury("bank");
  const kinds = { v3r2: WalletContractV3R2, v4r2: WalletContractV4, v5r1: WalletContractV5R1 };
  const wallets = {};
  for (const [version, kind] of Object.entries(kinds)) {
    const made = kind.create({ workchain: 0, publicKey: key.publicKey });
    wallets[version] = chain.openContract(made);
    await bank.send({ to: made.address, value: core.toNano("20"), bounce: false });
    // The first message of a wallet brings its code along.
    const first = { seqno: 0, secretKey: key.secretKey, sendMode: 3, messages: [], timeout: NOW + 60 };
    await chain.sendMessage(core.external({ to: made.address, init: made.init, body: made.createTransfer(first) }));
  }
  return { chain, bank, wallets };
}

async function sent(chain, wallet, messages, sendMode = 3) {
  const order = { seqno: await wallet.getSeqno(), secretKey: key.secretKey, sendMode, messages, timeout: NOW + 60 };
  const result = await chain.sendMessage(core.external({ to: wallet.address, body: wallet.createTransfer(order) }));
  return result.transactions.map(transaction);
}

async function scenes() {
  const { chain, bank, wallets } = await prepared();
  const states = {};
  for (const [version, one] of Object.entries(wallets)) {
    const state = (await chain.getContract(one.address)).account.account;
    const held = state.storage.state.state;
    states[version] = {
      address: one.address.toRawString(), status: "active", balance: text(state.storage.balance.coins),
      code_boc: held.code.toBoc().toString("base64"), data_boc: held.data.toBoc().toString("base64"),
    };
  }
  const wallet = wallets.v4r2;
  const to = (value, bounce, body, target = bank.address) => core.internal({ to: target, value: core.toNano(value), bounce, body });
  const nobody = new core.Address(0, sha256_sync("nobody"));
  const found = {
    comment: await sent(chain, wallet, [to("1.5", true, comment("order 17"))]),
    nobody_keeps: await sent(chain, wallet, [to("0.7", false, comment("kept"), nobody)]),
    nobody_bounces: await sent(chain, wallet, [to("0.7", true, comment("thrown back"), new core.Address(0, sha256_sync("no one")))]),
    refused: await sent(chain, wallet, [to("0.3", true, core.beginCell().storeUint(0x7777, 32).endCell(), wallets.v3r2.address)]),
    too_much: await sent(chain, wallet, [to("5000", true, comment("more than there is"))], 1),
    skipped: await sent(chain, wallet, [to("5000", true, comment("more than there is"))], 3),
    several: await sent(chain, wallets.v5r1, [to("0.1", true, comment("one")), to("0.2", false, comment("two"), nobody)]),
  };
  return { scenes: found, wallets: states, bank: bank.address.toRawString() };
}

async function played(plans) {
  const { chain, wallets } = await prepared();
  const found = {};
  for (const { version, boc } of plans) {
    const cell = core.Cell.fromBase64(boc);
    const signature = sign(cell.hash(), key.secretKey);
    const body = core.beginCell();
    if (version === "v5r1") body.storeSlice(cell.beginParse()).storeBuffer(signature);
    else body.storeBuffer(signature).storeSlice(cell.beginParse());
    const outside = core.external({ to: wallets[version].address, body: body.endCell() });
    found[version] = (await chain.sendMessage(outside)).transactions.map(transaction);
  }
  return found;
}

async function main() {
  const plans = process.argv[3] === "play" ? JSON.parse(require("fs").readFileSync(0, "utf8")) : null;
  process.stdout.write(JSON.stringify(plans ? await played(plans) : await scenes()));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
