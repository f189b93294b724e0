DROP INDEX placements_supplementary;
DROP INDEX placements_provisional;
