-- Whom an entry concerns stays as it is.
SELECT 1;
