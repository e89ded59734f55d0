"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.alarm import Alarm, AlarmAnswer
from recovery.models.batch import BatchMember, SweepBatch
from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.credit_intent import CreditAnswer, CreditIntent, LedgerNotice
from recovery.models.dispute import Dispute, DisputeParty, MergedCase, Parked
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.hold import DatabaseIdentity, HoldRelease, PayoutHold
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import LedgerAccount, Posting
from recovery.models.outflow import WatchedWallet
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanCase, PlanInput, PlanStep, RefundReturn, SignOff, StepReplacement
from recovery.models.policy import CausePolicyVersion, FeePolicy, ReplayRun
from recovery.models.proof import OwnershipChallenge, OwnershipProof, ProofDocument, TestTransfer
from recovery.models.quote import AssetPrice, Quote
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

__all__ = [
    "Account",
    "Alarm",
    "AlarmAnswer",
    "ApiToken",
    "AssetPrice",
    "AssetProbe",
    "BatchMember",
    "CaseEvent",
    "CausePolicyVersion",
    "ChainAnswer",
    "ChainReading",
    "Claim",
    "Credit",
    "CreditAnswer",
    "CreditIntent",
    "DatabaseIdentity",
    "Diagnosis",
    "Dispute",
    "DisputeParty",
    "Evidence",
    "FeePolicy",
    "FraudSignal",
    "HandledRequest",
    "HoldRelease",
    "Job",
    "LedgerAccount",
    "LedgerNotice",
    "ListedAsset",
    "MergedCase",
    "Message",
    "NodeReport",
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
    "PlanStep",
    "PlatformLabel",
    "PoolLook",
    "Posting",
    "ProofDocument",
    "Quote",
    "Reconciliation",
    "ReconciliationLine",
    "RecoveryCase",
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
    "StepReplacement",
    "SweepBatch",
    "TestTransfer",
    "UserSession",
    "WalletOpening",
    "WatchedWallet",
]
