"""The solana family."""
