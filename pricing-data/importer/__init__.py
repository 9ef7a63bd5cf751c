"""Reads the two public price lists and writes tokentra's catalog sources."""
