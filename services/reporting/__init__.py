"""Reporting: owns movements, agencies, access, periods, reports and receipts."""
