"""Pages that lead in: home, search, life events, services, and who answers for this site."""
