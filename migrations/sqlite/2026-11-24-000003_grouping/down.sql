DROP TABLE movements;
DROP TABLE run_counts;
DROP TABLE placements;
DROP TABLE run_reasons;
DROP TABLE current_runs;
DROP TABLE runs;
DROP TABLE criteria_versions;
