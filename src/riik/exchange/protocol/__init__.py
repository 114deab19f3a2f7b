"""X-Road's bytes: REST header parts, messages between servers, signatures, evidence. Pure."""
