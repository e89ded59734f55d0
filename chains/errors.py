"""What can go wrong between us and a chain. No other exception leaves this package.

ChainError
├── NotAReference      the text is no transaction reference
├── UnknownNetwork     no such slug in the catalogue
├── NotAnAddress       the text is no address that can receive on that network
├── NoNode             the network has no node configured
├── NodeUnavailable    no answer: refused, timed out, cut off, too many requests
├── NodeMistaken       an answer that cannot be trusted: wrong chain, not JSON, too large, undecodable
├── NodesDisagree      two nodes told different stories
└── Refused            the node understood and refused (an estimate that reverts, a broadcast it rejects)
    ├── ArrivesShort   a trial shows that less would arrive than was sent (a token that keeps a part)
    ├── SentByHand     transfers of the network are not sent by this program
    ├── CoinsAreGone   what is to move has left already
    ├── CoinsWait      what is to move is not final yet
    ├── CoinsCarry     a coin carries, or may carry, what spending it would destroy or give away
    ├── TooSmall       after the network cost a coin would be less than nodes relay
    ├── CostNotHeld    the coins do not hold the amount and the network cost
    └── NoReplacement    a replacement would not help: the fee is what nodes ask already, or as high as it may be
"""


class ChainError(Exception):
    """Root of everything chains can raise; ``code`` is stable and safe to show."""

    code = "chain_error"


class NotAReference(ChainError):
    """The text is no transaction reference."""

    code = "not_a_reference"


class UnknownNetwork(ChainError):
    """No such network in the catalogue."""

    code = "unknown_network"


class NotAnAddress(ChainError):
    """The text is no address that can receive on the network."""

    code = "not_an_address"


class NoNode(ChainError):
    """The network is known but has no node to ask."""

    code = "no_node"


class NodeUnavailable(ChainError):
    """The node gave no answer in time."""

    code = "node_unavailable"


class NodeMistaken(ChainError):
    """The node answered something that cannot be trusted."""

    code = "node_mistaken"


class NodesDisagree(ChainError):
    """Nodes asked the same thing told different stories."""

    code = "nodes_disagree"


class Refused(ChainError):
    """The node understood the request and refused it."""

    code = "refused_by_node"


class ArrivesShort(Refused):
    """A trial of the transfer shows that less would arrive than was sent."""

    code = "arrives_short"


class SentByHand(Refused):
    """Transfers of the network are not sent by this program."""

    code = "sent_by_hand"


class CoinsAreGone(Refused):
    """What is to move has left already."""

    code = "coins_are_gone"


class CoinsWait(Refused):
    """What is to move is not final yet."""

    code = "coins_wait"


class CoinsCarry(Refused):
    """A coin carries, or may carry, what spending it would destroy or give away (inscriptions, runes, tokens)."""

    code = "coins_carry"


class TooSmall(Refused):
    """After the network cost a coin would be less than nodes relay."""

    code = "too_small"


class CostNotHeld(Refused):
    """The coins do not hold the amount and the network cost."""

    code = "cost_not_held"


class GasIsShort(Refused):
    """The wallet that would pay the gas holds too little of the native coin."""

    code = "gas_is_short"


class NoReplacement(Refused):
    """A replacement would not help (the fee is what nodes ask, or as high as it may be), or no node of the network takes one."""

    code = "no_replacement"
