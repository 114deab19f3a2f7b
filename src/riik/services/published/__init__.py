"""An organisation's services as open data: CPSV-AP 3.2 in JSON-LD."""
