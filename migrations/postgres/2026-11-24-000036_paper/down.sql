DROP TABLE ltc6_keyed;
DROP TABLE ltc6_paper_returns;
