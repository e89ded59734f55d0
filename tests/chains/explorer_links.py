"""Links as explorers really write them, by network: ``{h}`` is the hash as the network writes it, ``{u}`` in upper case,
``{l}`` in lower case, ``{x}`` without ``0x``, ``{b}`` and ``{s}`` (TON) in base64url and in base64 with its signs escaped.
"""

from __future__ import annotations

LINKS = {
    "algorand": """
        https://explorer.perawallet.app/tx/{h}/
        https://allo.info/tx/{h}
        https://lora.algokit.io/mainnet/transaction/{h}
        https://algoexplorer.io/tx/{h}
        https://www.algoexplorer.io/tx/{h}#inner
        https://app.dappflow.org/explorer/transaction/{h}
        https://goalseeker.purestake.io/algorand/mainnet/transaction/{h}
        https://algoscan.app/tx/{h}
        https://chaintrail.io/transaction/{h}
        https://algo.surf/transaction/{h}
        https://explorer.bitquery.io/algorand/tx/{h}""",
    "aptos": """
        https://explorer.aptoslabs.com/txn/{h}?network=mainnet
        https://explorer.aptoslabs.com/txn/{h}/balanceChange?network=mainnet
        https://aptoscan.com/transaction/{h}
        https://tracemove.io/transaction/{h}
        https://apscan.io/tx/{h}?tab=events
        https://www.oklink.com/aptos/tx/{h}
        https://blockchair.com/aptos/transaction/{h}
        https://3xpl.com/aptos/transaction/{h}
        https://explorer.aptos.dev/txn/{h}
        https://web3.okx.com/explorer/aptos/tx/{h}
        https://www.okx.com/web3/explorer/aptos/tx/{h}""",
    "bnb-beacon": """
        https://explorer.binance.org/tx/{h}
        https://explorer.bnbchain.org/tx/{h}
        https://explorer.bnbchain.world/tx/{h}
        https://binance.mintscan.io/txs/{h}
        https://www.mintscan.io/binance/txs/{h}""",
    "cardano": """
        https://cardanoscan.io/transaction/{h}?tab=utxo
        https://cexplorer.io/tx/{h}
        https://cexplorer.io/tx/{h}/contract#data
        https://adastat.net/transactions/{h}
        https://explorer.cardano.org/en/transaction?id={h}
        https://explorer.cardano.org/tx/{h}
        https://beta.explorer.cardano.org/en/transaction/{h}
        https://eutxo.org/transaction/{h}
        https://pool.pm/tx/{h}
        https://blockchair.com/cardano/transaction/{h}
        https://3xpl.com/cardano/transaction/{h}
        https://ada.tokenview.io/en/tx/{h}
        https://adaex.org/{h}""",
    "cosmoshub": """
        https://www.mintscan.io/cosmos/tx/{h}
        https://www.mintscan.io/cosmos/txs/{l}
        https://mintscan.io/cosmos/tx/{h}?height=25000000
        https://atomscan.com/transactions/{h}
        https://ping.pub/cosmos/tx/{h}
        https://bigdipper.live/cosmos/transactions/{h}
        https://cosmos.bigdipper.live/transactions/{h}
        https://cosmoshub.explorers.guru/transaction/{h}
        https://ezstaking.app/cosmoshub/txs/{h}
        https://atom.tokenview.io/en/tx/{h}
        https://www.oklink.com/cosmos/tx/{h}
        https://hubble.figment.io/cosmos/chains/cosmoshub-4/blocks/9000000/transactions/{h}""",
    "osmosis": """
        https://www.mintscan.io/osmosis/tx/{h}
        https://atomscan.com/osmosis/transactions/{h}
        https://ping.pub/osmosis/tx/{h}
        https://osmosis.bigdipper.live/transactions/{h}
        https://osmosis.explorers.guru/transaction/{h}
        https://celatone.osmosis.zone/osmosis-1/txs/{h}""",
    "ethereum": """
        https://etherscan.io/tx/{h}
        https://www.etherscan.io/tx/{h}#eventlog
        https://etherscan.io/getRawTx?tx={h}
        https://cn.etherscan.com/tx/{h}
        https://eth.blockscout.com/tx/{h}?tab=logs
        https://ethplorer.io/tx/{h}#pageTab=transfers
        https://blockchair.com/ethereum/transaction/{h}
        https://blockchair.com/ru/ethereum/transaction/{h}
        https://www.oklink.com/eth/tx/{h}
        https://www.oklink.com/zh-hans/ethereum/tx/{h}
        https://beaconcha.in/tx/{h}
        https://eth.tokenview.io/en/tx/{h}
        https://blockexplorer.one/ethereum/mainnet/tx/{h}
        https://3xpl.com/ethereum/transaction/{h}
        https://ethvm.com/tx/{h}
        https://www.okx.com/web3/explorer/eth/tx/{h}
        https://web3.okx.com/explorer/ethereum/tx/{h}
        https://dashboard.tenderly.co/tx/mainnet/{h}/logs
        https://phalcon.blocksec.com/explorer/tx/eth/{h}?line=2
        https://app.blocksec.com/explorer/tx/eth/{h}
        https://openchain.xyz/trace/ethereum/{h}
        https://eigenphi.io/mev/eigentx/{h}?tab=block""",
    "bsc": """
        https://bscscan.com/tx/{h}
        https://bsctrace.com/tx/{h}
        https://binplorer.com/tx/{h}
        https://www.oklink.com/bsc/tx/{h}
        https://blockchair.com/bnb/transaction/{h}
        https://bsc.tokenview.io/en/tx/{h}
        https://web3.okx.com/explorer/bsc/tx/{h}""",
    "polygon": """
        https://polygonscan.com/tx/{h}
        https://polygon.blockscout.com/tx/{h}
        https://www.oklink.com/polygon/tx/{h}""",
    "arbitrum": """
        https://arbiscan.io/tx/{h}
        https://arbitrum.blockscout.com/tx/{h}
        https://www.oklink.com/arbitrum-one/tx/{h}""",
    "optimism": """
        https://optimistic.etherscan.io/tx/{h}
        https://explorer.optimism.io/tx/{h}
        https://optimism.blockscout.com/tx/{h}""",
    "base": """
        https://basescan.org/tx/{h}
        https://base.blockscout.com/tx/{h}
        https://www.oklink.com/base/tx/{h}""",
    "avalanche": """
        https://snowtrace.io/tx/{h}?chainid=43114
        https://snowscan.xyz/tx/{h}
        https://subnets.avax.network/c-chain/tx/{h}
        https://avascan.info/blockchain/c/tx/{h}""",
    "gnosis": """
        https://gnosisscan.io/tx/{h}
        https://gnosis.blockscout.com/tx/{h}
        https://blockscout.com/xdai/mainnet/tx/{h}""",
    "scroll": """
        https://scrollscan.com/tx/{h}
        https://blockscout.scroll.io/tx/{h}""",
    "zksync": """
        https://explorer.zksync.io/tx/{h}
        https://era.zksync.network/tx/{h}""",
    "celo": """
        https://celoscan.io/tx/{h}
        https://explorer.celo.org/mainnet/tx/{h}
        https://celo.blockscout.com/tx/{h}""",
    "linea": """
        https://lineascan.build/tx/{h}
        https://explorer.linea.build/tx/{h}""",
    "opbnb": """
        https://opbnb.bscscan.com/tx/{h}
        https://opbnbscan.com/tx/{h}""",
    "mantle": """
        https://mantlescan.xyz/tx/{h}
        https://explorer.mantle.xyz/tx/{h}""",
    "ethereum-classic": """
        https://etc.blockscout.com/tx/{h}
        https://blockscout.com/etc/mainnet/tx/{h}
        https://etcblockexplorer.com/tx/{h}
        https://expedition.dev/tx/{h}?network=mainnet""",
    "hedera": """
        https://hashscan.io/mainnet/transaction/{h}
        https://hashscan.io/mainnet/transactionsById/{h}
        https://hashscan.io/#/mainnet/transaction/{h}
        https://hashscan.io/mainnet/tx/{h}
        https://app.dragonglass.me/hedera/transactions/{h}
        https://explorer.kabuto.sh/mainnet/id/{h}
        https://ledger.hashlog.io/tx/{h}
        https://explore.lworks.io/mainnet/transactions/{h}
        https://hederaexplorer.io/search-details/transaction/{h}
        https://hash-hash.info/transaction/{h}
        https://mainnet.mirrornode.hedera.com/api/v1/transactions/{h}
        https://mainnet-public.mirrornode.hedera.com/api/v1/transactions/{h}
        https://explorer.arkhia.io/mainnet/transaction/{h}""",
    "near": """
        https://nearblocks.io/txns/{h}
        https://www.nearblocks.io/txns/{h}#execution
        https://nearblocks.io/ru/txns/{h}
        https://explorer.near.org/transactions/{h}
        https://explorer.near.org/?query={h}
        https://explorer.mainnet.near.org/transactions/{h}
        https://legacy.explorer.near.org/transactions/{h}
        https://pikespeak.ai/transaction-viewer/{h}/detailed
        https://nearscope.net/txn/{h}
        https://www.oklink.com/near/tx/{h}
        https://near.tokenview.io/en/tx/{h}
        https://3xpl.com/near/transaction/{h}
        https://blockexplorer.one/near/mainnet/tx/{h}
        https://www.okx.com/web3/explorer/near/tx/{h}""",
    "polkadot": """
        https://assethub-polkadot.subscan.io/extrinsic/{h}
        https://assethub-polkadot.subscan.io/extrinsic/{h}?event=7000000-3&tab=xcm_transfer
        https://statemint.subscan.io/extrinsic/{h}
        https://assethub-polkadot.statescan.io/#/extrinsics/{h}
        https://statemint.statescan.io/#/extrinsics/{h}""",
    "solana": """
        https://solscan.io/tx/{h}
        https://explorer.solana.com/tx/{h}
        https://explorer.solana.com/tx/{h}?cluster=mainnet-beta
        https://solana.fm/tx/{h}?cluster=mainnet-alpha
        https://solanabeach.io/transaction/{h}
        https://xray.helius.xyz/tx/{h}?network=mainnet
        https://orbmarkets.io/tx/{h}
        https://blockchair.com/solana/transaction/{h}
        https://www.oklink.com/sol/tx/{h}
        https://www.oklink.com/solana/tx/{h}
        https://3xpl.com/solana/transaction/{h}
        https://translator.shyft.to/tx/{h}
        https://www.okx.com/web3/explorer/sol/tx/{h}
        https://web3.okx.com/explorer/solana/tx/{h}""",
    "stellar": """
        https://stellar.expert/explorer/public/tx/{h}
        https://stellar.expert/explorer/public/search?term={h}
        https://stellarchain.io/transactions/{h}
        https://stellarchain.io/tx/{h}
        https://horizon.stellar.org/transactions/{h}/operations
        https://lumenscan.io/txns/{h}
        https://stellarscan.io/transaction/{h}
        https://steexp.com/tx/{h}
        https://blockchair.com/stellar/transaction/{h}
        https://3xpl.com/stellar/transaction/{h}
        https://www.oklink.com/xlm/tx/{h}
        https://lab.stellar.org/transaction/dashboard?hash={h}""",
    "tezos": """
        https://tzkt.io/{h}
        https://tzkt.io/{h}/11260013/4
        https://api.tzkt.io/v1/operations/{h}
        https://tzstats.com/{h}
        https://tezblock.io/transaction/{h}
        https://better-call.dev/mainnet/opg/{h}/contents
        https://www.oklink.com/tezos/tx/{h}
        https://mininax.io/mainnet/operations/{h}
        https://tezex.info/op/{h}
        https://arronax.io/tezos/mainnet/operations/{h}
        https://viewblock.io/tezos/tx/{h}
        https://teztracker.com/mainnet/transactions/{h}""",
    "ton": """
        https://tonviewer.com/transaction/{h}
        https://tonviewer.com/transaction/{b}
        https://tonviewer.com/transaction/{s}?section=overview
        https://tonscan.org/tx/{h}
        https://tonscan.org/tx/{s}
        https://tonscan.org/tx/{b}
        https://tonscan.org/ru/tx/by-msg-hash/{s}
        https://tonscan.com/tx/{h}
        https://ton.cx/tx/47670702000009:{s}:EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs
        https://explorer.toncoin.org/transaction?account=EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs&lt=4767&hash={u}
        https://dton.io/tx/{u}
        https://www.oklink.com/ton/tx/{h}
        https://tonapi.io/v2/traces/{h}
        https://tonapi.io/v2/blockchain/transactions/{h}
        https://3xpl.com/ton/transaction/{h}
        https://web3.okx.com/explorer/ton/tx/{s}""",
    "tron": """
        https://tronscan.org/#/transaction/{h}
        https://tronscan.io/#/transaction/{h}?lang=en
        https://tronscan.org/#/transaction/{u}/token-transfers
        https://www.oklink.com/trx/tx/{h}
        https://www.oklink.com/zh-hans/tron/tx/{h}
        https://trx.tokenview.io/en/tx/{h}
        https://blockchair.com/tron/transaction/{h}
        https://3xpl.com/tron/transaction/{h}
        https://explorer.bitquery.io/tron/tx/{h}
        https://blockexplorer.one/tron/mainnet/tx/{h}
        https://web3.okx.com/explorer/tron/tx/{h}
        https://www.okx.com/web3/explorer/tron/tx/{h}
        https://apilist.tronscanapi.com/api/transaction-info?hash={h}""",
    "bitcoin": """
        https://mempool.space/tx/{h}
        https://mempool.space/de/tx/{h}#vout=0
        https://mempool.space/api/tx/{h}/hex
        https://blockstream.info/tx/{h}?expand
        https://blockstream.info/nojs/tx/{h}
        https://www.blockchain.com/explorer/transactions/btc/{h}
        https://www.blockchain.com/btc/tx/{h}
        https://blockchain.info/tx/{h}
        https://blockchair.com/bitcoin/transaction/{h}
        https://btcscan.org/tx/{h}
        https://live.blockcypher.com/btc/tx/{h}/
        https://www.oklink.com/btc/tx/{h}
        https://btc.tokenview.io/en/tx/{h}
        https://btc.bitaps.com/{h}
        https://explorer.btc.com/btc/transaction/{h}
        https://chain.so/tx/BTC/{h}
        https://bitinfocharts.com/bitcoin/tx/{h}
        https://btc1.trezor.io/tx/{h}
        https://3xpl.com/bitcoin/transaction/{h}
        https://blockexplorer.one/bitcoin/mainnet/tx/{h}
        https://bitcoinexplorer.org/tx/{h}
        https://ordinals.com/tx/{h}
        https://www.walletexplorer.com/txid/{h}
        https://explorer.viabtc.com/btc/tx/{h}""",
    "litecoin": """
        https://litecoinspace.org/tx/{h}
        https://blockchair.com/litecoin/transaction/{h}
        https://live.blockcypher.com/ltc/tx/{h}/
        https://www.oklink.com/ltc/tx/{h}
        https://ltc.tokenview.io/en/tx/{h}
        https://ltc.bitaps.com/{h}
        https://chain.so/tx/LTC/{h}
        https://bitinfocharts.com/litecoin/tx/{h}
        https://chainz.cryptoid.info/ltc/tx.dws?{h}.htm
        https://ltc1.trezor.io/tx/{h}
        https://3xpl.com/litecoin/transaction/{h}""",
    "dogecoin": """
        https://dogechain.info/tx/{h}
        https://blockchair.com/dogecoin/transaction/{h}
        https://live.blockcypher.com/doge/tx/{h}/
        https://www.oklink.com/doge/tx/{h}
        https://doge.tokenview.io/en/tx/{h}
        https://chain.so/tx/DOGE/{h}
        https://sochain.com/tx/DOGE/{h}
        https://bitinfocharts.com/dogecoin/tx/{h}
        https://doge1.trezor.io/tx/{h}
        https://3xpl.com/dogecoin/transaction/{h}
        https://blockexplorer.one/dogecoin/mainnet/tx/{h}""",
    "bitcoin-cash": """
        https://blockchair.com/bitcoin-cash/transaction/{h}
        https://explorer.bitcoinunlimited.info/tx/{h}
        https://bch.loping.net/tx/{h}
        https://explorer.salemkode.com/tx/{h}
        https://www.blockchain.com/bch/tx/{h}
        https://www.blockchain.com/explorer/transactions/bch/{h}
        https://bch.tokenview.io/en/tx/{h}
        https://explorer.bitcoin.com/bch/tx/{h}
        https://bch1.trezor.io/tx/{h}
        https://3xpl.com/bitcoin-cash/transaction/{h}
        https://bitinfocharts.com/bitcoin%20cash/tx/{h}""",
    "dash": """
        https://insight.dash.org/insight/tx/{h}
        https://explorer.dash.org/insight/tx/{h}
        https://blockchair.com/dash/transaction/{h}
        https://live.blockcypher.com/dash/tx/{h}/
        https://chainz.cryptoid.info/dash/tx.dws?{h}.htm
        https://www.oklink.com/dash/tx/{h}
        https://dash.tokenview.io/en/tx/{h}
        https://chain.so/tx/DASH/{h}
        https://bitinfocharts.com/dash/tx/{h}
        https://dash1.trezor.io/tx/{h}
        https://3xpl.com/dash/transaction/{h}""",
    "zcash": """
        https://blockchair.com/zcash/transaction/{h}
        https://mainnet.zcashexplorer.app/transactions/{h}
        https://zcashblockexplorer.com/transactions/{h}
        https://explorer.zcha.in/transactions/{h}
        https://www.oklink.com/zec/tx/{h}
        https://chain.so/tx/ZEC/{h}
        https://bitinfocharts.com/zcash/tx/{h}
        https://zec1.trezor.io/tx/{h}
        https://3xpl.com/zcash/transaction/{h}
        https://cipherscan.app/tx/{h}""",
    "xrpl": """
        https://livenet.xrpl.org/transactions/{h}
        https://livenet.xrpl.org/transactions/{h}/detailed
        https://xrpscan.com/tx/{h}
        https://bithomp.com/explorer/{h}
        https://bithomp.com/en/tx/{h}
        https://xrpl.to/tx/{h}
        https://blockchair.com/xrp-ledger/transaction/{h}
        https://blockchair.com/ripple/transaction/{h}
        https://xrpcharts.ripple.com/#/transactions/{h}
        https://xrplorer.com/transaction/{h}
        https://explorer.xrplf.org/tx/{h}
        https://www.oklink.com/xrp/tx/{h}
        https://3xpl.com/xrp/transaction/{h}""",
}

TEST_NETWORKS = {
    "algorand": """
        https://lora.algokit.io/testnet/transaction/{h}
        https://testnet.explorer.perawallet.app/tx/{h}/
        https://testnet.algoexplorer.io/tx/{h}
        https://goalseeker.purestake.io/algorand/betanet/transaction/{h}""",
    "aptos": """
        https://explorer.aptoslabs.com/txn/{h}?network=testnet
        https://explorer.aptoslabs.com/txn/{h}/balanceChange?network=devnet
        https://aptoscan.com/transaction/{h}?network=testnet
        https://tracemove.io/transaction/{h}?network=testnet""",
    "cardano": """
        https://preprod.cardanoscan.io/transaction/{h}
        https://preview.cardanoscan.io/transaction/{h}
        https://preview.cexplorer.io/tx/{h}
        https://testnet.cexplorer.io/tx/{h}""",
    "cosmoshub": "https://www.mintscan.io/cosmoshub-testnet/tx/{h} https://testnet.mintscan.io/cosmos-testnet/txs/{h}",
    "ethereum": """
        https://sepolia.etherscan.io/tx/{h}
        https://goerli.etherscan.io/tx/{h}#eventlog
        https://holesky.etherscan.io/tx/{h}
        https://hoodi.etherscan.io/tx/{h}
        https://eth-sepolia.blockscout.com/tx/{h}
        https://blockchair.com/ethereum/testnet/transaction/{h}
        https://dashboard.tenderly.co/tx/sepolia/{h}
        https://www.oklink.com/sepolia-test/tx/{h}""",
    "arbitrum": "https://sepolia.arbiscan.io/tx/{h} https://arbitrum-sepolia.blockscout.com/tx/{h}",
    "optimism": "https://sepolia-optimism.etherscan.io/tx/{h} https://optimism-sepolia.blockscout.com/tx/{h}",
    "base": "https://sepolia.basescan.org/tx/{h} https://base-sepolia.blockscout.com/tx/{h}",
    "bsc": "https://testnet.bscscan.com/tx/{h} https://opbnb-testnet.bscscan.com/tx/{h}",
    "polygon": "https://amoy.polygonscan.com/tx/{h} https://mumbai.polygonscan.com/tx/{h} https://www.oklink.com/amoy/tx/{h}",
    "avalanche": "https://testnet.snowtrace.io/tx/{h} https://subnets-test.avax.network/c-chain/tx/{h}",
    "gnosis": "https://gnosis-chiado.blockscout.com/tx/{h}",
    "celo": "https://alfajores.celoscan.io/tx/{h}",
    "zksync": "https://sepolia.explorer.zksync.io/tx/{h}",
    "hedera": """
        https://hashscan.io/testnet/transaction/{h}
        https://hashscan.io/previewnet/transaction/{h}
        https://testnet.mirrornode.hedera.com/api/v1/transactions/{h}""",
    "near": "https://testnet.nearblocks.io/txns/{h} https://explorer.testnet.near.org/transactions/{h}",
    "polkadot": "https://assethub-westend.subscan.io/extrinsic/{h} https://assethub-paseo.subscan.io/extrinsic/{h}",
    "solana": """
        https://explorer.solana.com/tx/{h}?cluster=devnet
        https://explorer.solana.com/tx/{h}?cluster=testnet
        https://solscan.io/tx/{h}?cluster=testnet
        https://solana.fm/tx/{h}?cluster=devnet-solana
        https://xray.helius.xyz/tx/{h}?network=devnet""",
    "stellar": """
        https://stellar.expert/explorer/testnet/tx/{h}
        https://horizon-testnet.stellar.org/transactions/{h}
        https://testnet.steexp.com/tx/{h}
        https://testnet.lumenscan.io/txns/{h}""",
    "tezos": "https://ghostnet.tzkt.io/{h} https://better-call.dev/ghostnet/opg/{h}/contents",
    "ton": """
        https://testnet.tonviewer.com/transaction/{h}
        https://testnet.tonscan.org/tx/{s}
        https://test-explorer.toncoin.org/transaction?hash={h}
        https://tonscan.org/tx/{h}?testnet=true""",
    "tron": """
        https://nile.tronscan.org/#/transaction/{h}
        https://shasta.tronscan.org/#/transaction/{h}?lang=en""",
    "bitcoin": """
        https://mempool.space/testnet4/tx/{h}
        https://mempool.space/testnet/tx/{h}#vout=0
        https://mempool.space/signet/tx/{h}
        https://blockstream.info/testnet/tx/{h}?expand
        https://live.blockcypher.com/btc-testnet/tx/{h}/
        https://www.blockchain.com/btc-testnet/tx/{h}
        https://blockchair.com/bitcoin/testnet/transaction/{h}
        https://tbtc.bitaps.com/{h}
        https://chain.so/tx/BTCTEST/{h}""",
    "litecoin": "https://litecoinspace.org/testnet/tx/{h} https://chain.so/tx/LTCTEST/{h}",
    "dogecoin": "https://sochain.com/tx/DOGETEST/{h}",
    "xrpl": """
        https://testnet.xrpl.org/transactions/{h}
        https://devnet.xrpl.org/transactions/{h}/raw
        https://test.bithomp.com/explorer/{h}""",
}
