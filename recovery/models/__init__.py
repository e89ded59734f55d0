"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.batch import BatchMember, SweepBatch
from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.dispute import Dispute, DisputeParty, MergedCase, Parked
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import LedgerAccount, Posting
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanCase, PlanInput, PlanStep
from recovery.models.policy import CausePolicyVersion, FeePolicy, ReplayRun
from recovery.models.proof import OwnershipChallenge, OwnershipProof, ProofDocument, TestTransfer
from recovery.models.quote import AssetPrice, Quote
from recovery.models.reading import ChainAnswer, ChainReading, NodeReport
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
    "Credit",
    "CreditApproval",
    "Delegation",
    "Diagnosis",
    "Dispute",
    "DisputeParty",
    "Evidence",
    "FeePolicy",
    "FraudSignal",
    "HandledRequest",
    "Job",
    "LedgerAccount",
    "LimitUse",
    "ListedAsset",
    "MergedCase",
    "Message",
    "NodeReport",
    "OwnedAddress",
    "OwnershipChallenge",
    "OwnershipProof",
    "Parked",
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
    "ProofDocument",
    "Quote",
    "RecoveryCase",
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
    "SweepBatch",
    "TestTransfer",
    "UserSession",
]
