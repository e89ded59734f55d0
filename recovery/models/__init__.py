"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.advance import Advance, AdvanceLimit
from recovery.models.alarm import Alarm, AlarmAnswer
from recovery.models.batch import BatchMember, SweepBatch
from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.credit_intent import CreditAnswer, CreditIntent, LedgerNotice
from recovery.models.destination import DestinationCheck, Notice, RefundDestination
from recovery.models.dispute import Dispute, DisputeParty, MergedCase, Parked
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.hold import DatabaseIdentity, HoldRelease, PayoutHold
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import (
    Correction,
    LedgerAccount,
    LedgerGate,
    LedgerPeriod,
    LedgerSnapshot,
    Posting,
    SnapshotBalance,
)
from recovery.models.outflow import WatchedWallet
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanCase, PlanInput, PlanStep, RefundReturn, StepReplacement
from recovery.models.policy import CausePolicyVersion, FeePolicy, FeeTrial, PricePolicy, ReplayRun
from recovery.models.price import AssetPrice, ManualPrice, PriceSnapshot
from recovery.models.proof import OwnershipChallenge, OwnershipProof, ProofDocument, TestTransfer
from recovery.models.quote import Consent, Contest, Quote
from recovery.models.reading import ChainAnswer, ChainReading, NodeReport
from recovery.models.reconciliation import Reconciliation, ReconciliationLine, WalletOpening
from recovery.models.registry import (
    Account,
    Credit,
    ListedAsset,
    OwnedAddress,
    PlatformLabel,
    RegistryChange,
    RegistryImport,
    RegistryLoad,
    RegistryUpload,
    SentWithdrawal,
)
from recovery.models.scan import PoolLook, ScanCursor, SeenTransfer
from recovery.models.screening import FraudSignal, Screening, ScreeningEntry, ScreeningList
from recovery.models.sighting import Sighting
from recovery.models.sign_off import (
    ApproverLimit,
    BreakGlassVote,
    BrokenGlass,
    CreditApproval,
    Delegation,
    LimitUse,
    PlanRequirement,
    PlanRequirementStage,
    SignOff,
    SignOffPolicyVersion,
)

__all__ = [
    "Account",
    "Advance",
    "AdvanceLimit",
    "Alarm",
    "AlarmAnswer",
    "ApiToken",
    "ApproverLimit",
    "AssetPrice",
    "AssetProbe",
    "BatchMember",
    "BreakGlassVote",
    "BrokenGlass",
    "CaseEvent",
    "CausePolicyVersion",
    "ChainAnswer",
    "ChainReading",
    "Claim",
    "Consent",
    "Contest",
    "Correction",
    "Credit",
    "CreditAnswer",
    "CreditApproval",
    "CreditIntent",
    "DatabaseIdentity",
    "Delegation",
    "DestinationCheck",
    "Diagnosis",
    "Dispute",
    "DisputeParty",
    "Evidence",
    "FeePolicy",
    "FeeTrial",
    "FraudSignal",
    "HandledRequest",
    "HoldRelease",
    "Job",
    "LedgerAccount",
    "LedgerGate",
    "LedgerNotice",
    "LedgerPeriod",
    "LedgerSnapshot",
    "LimitUse",
    "ListedAsset",
    "ManualPrice",
    "MergedCase",
    "Message",
    "NodeReport",
    "Notice",
    "OwnedAddress",
    "OwnershipChallenge",
    "OwnershipProof",
    "Parked",
    "PayoutHold",
    "Person",
    "PersonRole",
    "Plan",
    "PlanCase",
    "PlanInput",
    "PlanRequirement",
    "PlanRequirementStage",
    "PlanStep",
    "PlatformLabel",
    "PoolLook",
    "Posting",
    "PricePolicy",
    "PriceSnapshot",
    "ProofDocument",
    "Quote",
    "Reconciliation",
    "ReconciliationLine",
    "RecoveryCase",
    "RefundDestination",
    "RefundReturn",
    "RegistryChange",
    "RegistryImport",
    "RegistryLoad",
    "RegistryUpload",
    "ReplayRun",
    "ScanCursor",
    "Screening",
    "ScreeningEntry",
    "ScreeningList",
    "SeenTransfer",
    "SentWithdrawal",
    "Sighting",
    "SignOff",
    "SignOffPolicyVersion",
    "SnapshotBalance",
    "StepReplacement",
    "SweepBatch",
    "TestTransfer",
    "UserSession",
    "WalletOpening",
    "WatchedWallet",
]
