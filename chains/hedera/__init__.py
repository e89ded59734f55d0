"""The hedera family."""
