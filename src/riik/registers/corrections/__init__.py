"""May this be set right? What people say against a register's record, until its owner decides."""
