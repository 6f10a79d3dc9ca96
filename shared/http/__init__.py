"""HTTP as every service speaks it: problems that say how to mend them, access by key and role, bounded strict bodies, health."""
