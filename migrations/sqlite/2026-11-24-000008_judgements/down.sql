ALTER TABLE placements DROP COLUMN source;
DROP TABLE former_placements;
DROP TABLE retired_cases;
DROP TABLE fact_changes;
DROP TABLE corrections;
DROP TABLE questions;
DROP TABLE decisions;
DROP TABLE decision_batches;
DROP TABLE holds;
