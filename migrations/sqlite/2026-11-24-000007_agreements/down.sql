DROP TABLE draft_revisions;
DROP TABLE proposal_comments;
DROP TABLE proposal_asks;
DROP INDEX criteria_versions_by_proposal;
ALTER TABLE criteria_versions DROP COLUMN made_from_id;
ALTER TABLE criteria_versions DROP COLUMN proposal_id;
DROP TABLE proposals;
