-- Paper returns that were taken, apart from their answers: nothing ties the two.
CREATE TABLE ltc6_paper_returns (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  batch TEXT NOT NULL,
  number BIGINT NOT NULL,
  received_on DATE NOT NULL,
  PRIMARY KEY (campaign_id, batch, number)
);

-- Paper forms keyed in a batch that is not finished: readable, of nobody, and gone when the batch is sealed.
CREATE TABLE ltc6_keyed (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  batch TEXT NOT NULL,
  number BIGINT NOT NULL,
  received_on DATE NOT NULL,
  -- Level of need and answers, as JSON.
  sheet TEXT NOT NULL,
  keyed_by BIGINT NOT NULL REFERENCES users (id),
  -- What a second keyer read otherwise, until each difference is settled.
  again TEXT,
  -- Keyed a second time, and both are settled.
  is_checked BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (campaign_id, batch, number)
);
