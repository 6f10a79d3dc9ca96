"""Holds a service's record of acts against what was announced of it: the topic is the witness of the table."""

from shared.audit.chain import Chain, Fault, Finding, Reads, Table, Witness, first_fault
from shared.audit.commands import Verified, audit_commands, verify

__all__ = ["Chain", "Fault", "Finding", "Reads", "Table", "Verified", "Witness", "audit_commands", "first_fault", "verify"]
