"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.dispute import Dispute, DisputeParty, MergedCase, Parked
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import LedgerAccount, Posting
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanCase, PlanInput, PlanStep, SignOff
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

__all__ = [
    "Account",
    "ApiToken",
    "AssetPrice",
    "AssetProbe",
    "CaseEvent",
    "CausePolicyVersion",
    "ChainAnswer",
    "ChainReading",
    "Claim",
    "Credit",
    "Diagnosis",
    "Dispute",
    "DisputeParty",
    "Evidence",
    "FeePolicy",
    "FraudSignal",
    "HandledRequest",
    "Job",
    "LedgerAccount",
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
    "TestTransfer",
    "UserSession",
]
