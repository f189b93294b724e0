DROP TABLE assigned_petitions;
DROP TABLE assignings;
