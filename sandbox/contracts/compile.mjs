// Writes compiled.json from the .sol files beside it. See README.md for how to call it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(join(resolve(process.argv[2] ?? "."), "package.json"))("solc");
const EVM_VERSION = "paris";

const names = readdirSync(folder).filter((name) => name.endsWith(".sol")).sort();
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
const settings = {
  evmVersion: EVM_VERSION,
  optimizer: { enabled: true, runs: 200 },
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
};
const sources = Object.fromEntries(names.map((name) => [name, { content: texts[name] }]));
const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
const complaints = (output.errors ?? []).map((error) => error.formattedMessage);
if (complaints.length) {
  console.error(complaints.join("\n"));
  process.exit(1);
}

const contracts = {};
for (const name of names) {
  const title = name.replace(/\.sol$/, "");
  const built = output.contracts[name][title];
  contracts[title] = {
    source: name,
    sha256: createHash("sha256").update(texts[name]).digest("hex"),
    abi: built.abi,
    bytecode: "0x" + built.evm.bytecode.object,
  };
}
const compiled = { compiler: solc.version(), evm_version: EVM_VERSION, optimizer_runs: 200, contracts };
writeFileSync(join(folder, "compiled.json"), JSON.stringify(compiled, null, 1) + "\n");
