CREATE INDEX placements_provisional ON placements (run_id, person_id) WHERE provisional;
CREATE INDEX placements_supplementary ON placements (run_id, person_id) WHERE supplementary_care;
