"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.dispute import Dispute, DisputeParty, MergedCase, Parked
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import LedgerAccount, Posting
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanStep, SignOff
from recovery.models.policy import CausePolicyVersion, FeePolicy, PricePolicy, ReplayRun
from recovery.models.price import AssetPrice, ManualPrice, PriceSnapshot
from recovery.models.proof import OwnershipChallenge, OwnershipProof, ProofDocument, TestTransfer
from recovery.models.quote import Consent, Contest, Quote
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
    "Consent",
    "Contest",
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
    "ManualPrice",
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
    "PlanStep",
    "PlatformLabel",
    "PoolLook",
    "Posting",
    "PricePolicy",
    "PriceSnapshot",
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
