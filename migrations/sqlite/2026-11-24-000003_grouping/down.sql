DROP TABLE movements;
DROP TABLE placements;
DROP TABLE run_reasons;
DROP TABLE current_runs;
DROP TABLE runs;
DROP TABLE criteria_versions;
