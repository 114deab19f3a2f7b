"""Adding files to an application: typed by what is in them, looked over, sealed."""
