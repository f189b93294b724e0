-- An entry about a criteria proposal concerns the proposal's locality. Those of a network from before whom an entry concerns
-- was kept were marked with all localities it cares for: not any more, unless another record of the entry is of there.
DELETE FROM audit_concerns
WHERE whom LIKE 'locality/%'
  AND entry_id IN (
    SELECT audit_subjects.entry_id
    FROM audit_subjects JOIN proposals ON proposals.reference = audit_subjects.reference
    JOIN audit_entries ON audit_entries.id = audit_subjects.entry_id
    JOIN organisations ON organisations.code = audit_entries.acting_as
    WHERE audit_subjects.kind = 'proposal' AND organisations.kind IN ('gp_network', 'provider_network', 'provider'))
  AND entry_id NOT IN (
    SELECT audit_subjects.entry_id FROM audit_subjects
    WHERE audit_subjects.kind IN ('person', 'locality', 'criteria', 'organisation'));
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || localities.code, audit_subjects.entry_id
FROM audit_subjects JOIN proposals ON proposals.reference = audit_subjects.reference
JOIN localities ON localities.id = proposals.locality_id
WHERE audit_subjects.kind = 'proposal'
ON CONFLICT DO NOTHING;
