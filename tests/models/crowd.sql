-- 300 resellers with 100 accounts each, but the first has 1,000; 300 accounts with 100 organizations each, but the first
-- has 1,000. Names and instants run through each other; a contract where the trial was over on 2025-06-01.
CREATE FUNCTION pg_temp.uid(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT lpad(to_hex(n), 32, '0')::uuid $$;

INSERT INTO resellers (id, name, is_eligible, time_zone, currency_code, created_at, updated_at)
  SELECT pg_temp.uid(n), 'Reseller', true, 'UTC', 'USD', now(), now() FROM generate_series(1, 300) n;

INSERT INTO accounts (reseller_id, id, name, subdomain, support_type, trial_starts_on, trial_ends_on,
    created_at, updated_at)
  SELECT pg_temp.uid(CASE WHEN n <= 1000 THEN 1 ELSE n % 299 + 2 END), pg_temp.uid(1000 + n),
    'Customer ' || to_char(n * 7919 % 30000, 'FM00000'), 'customer-' || n, 'PARTNER_SUPPORTED',
    date '2025-01-01' + n * 7907 % 365, date '2025-01-21' + n * 7907 % 365,
    timestamptz '2025-01-01' + make_interval(secs => n * 7901 % 30000), now()
  FROM generate_series(1, 30000) n;

INSERT INTO organizations (reseller_id, id, account_id, name, key, created_at, updated_at)
  SELECT a.reseller_id, pg_temp.uid(100000 + n), a.id, 'Part ' || to_char(n * 7919 % 30000, 'FM00000'), 'k' || n,
    now(), now()
  FROM generate_series(1, 30000) n JOIN accounts a ON a.id = pg_temp.uid(1000 + CASE WHEN n <= 1000 THEN 1 ELSE n % 299 + 2 END);

INSERT INTO price_books (id, currency_code, effective_on, loaded_at) VALUES (pg_temp.uid(1), 'USD', '2020-01-01', now());
INSERT INTO plans (id, price_book_id, support_type, name, min_systems, cost_per_system, currency_code)
  VALUES (pg_temp.uid(1), pg_temp.uid(1), 'PARTNER_SUPPORTED', 'P1', 1, 1, 'USD');
INSERT INTO subscriptions (reseller_id, id, account_id, status, support_type, systems, billing_interval, plan_id,
    cost_per_system, currency_code, activated_at, starts_on, created_at, updated_at)
  SELECT reseller_id, id, id, 'ACTIVE', support_type, 1, 'ANNUAL', pg_temp.uid(1),
    1, 'USD', now(), trial_ends_on + 1, now(), now()
  FROM accounts WHERE trial_ends_on < '2025-06-01';
UPDATE accounts SET is_under_contract = true WHERE trial_ends_on < '2025-06-01';
