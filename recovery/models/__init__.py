"""Tables and their constraints, no behaviour. Importing this package registers every table."""

from recovery.models.case import CaseEvent, Claim, Message, RecoveryCase
from recovery.models.evidence import AssetProbe, Diagnosis, Evidence
from recovery.models.job import HandledRequest, Job
from recovery.models.ledger import LedgerAccount, Posting
from recovery.models.person import ApiToken, Person, PersonRole, UserSession
from recovery.models.plan import Plan, PlanStep, SignOff
from recovery.models.quote import AssetPrice, FeePolicy, Quote
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

__all__ = [
    "Account",
    "ApiToken",
    "AssetPrice",
    "AssetProbe",
    "CaseEvent",
    "ChainAnswer",
    "ChainReading",
    "Claim",
    "Credit",
    "Diagnosis",
    "Evidence",
    "FeePolicy",
    "HandledRequest",
    "Job",
    "LedgerAccount",
    "ListedAsset",
    "Message",
    "NodeReport",
    "OwnedAddress",
    "Person",
    "PersonRole",
    "Plan",
    "PlanStep",
    "PlatformLabel",
    "Posting",
    "Quote",
    "RecoveryCase",
    "RegistryChange",
    "RegistryImport",
    "RegistryLoad",
    "RegistryUpload",
    "SentWithdrawal",
    "SignOff",
    "UserSession",
]
