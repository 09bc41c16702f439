-- Resellers with so many accounts each, three organizations an account, a contract for seven of ten, in one transaction.
-- Expects functions' figures in place of :resellers and :accounts. Run as the owner of the tables. The foreign keys are
-- taken off and put on again, which holds every row against them at once; all other constraints are there throughout.
SET LOCAL app.resellers = '*';
SET LOCAL synchronous_commit = off;
CREATE FUNCTION pg_temp.uid(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('0192' || lpad(to_hex(kind), 4, '0') || '00007000a000' || lpad(to_hex(n), 12, '0'))::uuid $$;
-- As good as random, and the same in every world.
CREATE FUNCTION pg_temp.h(n bigint, m int) RETURNS int LANGUAGE sql IMMUTABLE AS
  $$ SELECT abs(hashint8(n) % m) $$;

ALTER TABLE accounts DROP CONSTRAINT accounts_reseller_id_fkey;
ALTER TABLE organizations DROP CONSTRAINT organizations_reseller_id_account_id_fkey;
ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_reseller_id_account_id_fkey;

INSERT INTO resellers (id, name, is_eligible, time_zone, currency_code, created_at, updated_at)
  SELECT pg_temp.uid(1, r), 'Reseller ' || to_char(r, 'FM00000'), true, 'UTC', 'USD', now(), now()
  FROM generate_series(1, :resellers) r;
INSERT INTO terms_versions (version, body, published_at) VALUES ('1', 'Be kind.', now() - interval '1 year');

INSERT INTO accounts (reseller_id, id, name, subdomain, support_type, trial_starts_on, trial_ends_on, is_under_contract,
    created_at, updated_at)
  SELECT pg_temp.uid(1, (n - 1) / :accounts + 1), pg_temp.uid(2, n),
    (ARRAY['Acme','Globex','Initech','Umbrella','Hooli','Stark','Wayne','Wonka','Tyrell','Cyberdyne'])[pg_temp.h(n, 10) + 1]
      || ' ' || (ARRAY['Dental','Legal','Logistics','Foods','Clinic','Labs','Bank','School'])[pg_temp.h(n + 7, 8) + 1]
      || ' ' || to_char(pg_temp.h(n + 13, 10000000), 'FM0000000'),
    'a' || to_char(n, 'FM0000000'), 'PARTNER_SUPPORTED', began, began + 20,
    pg_temp.h(n + 41, 10) < 7 AND pg_temp.h(n + 37, 2) = 1,
    now() - make_interval(secs => pg_temp.h(n + 17, 40000000)), now()
  FROM (SELECT n, current_date - pg_temp.h(n + 19, 400) AS began
          FROM generate_series(1, :resellers::bigint * :accounts) n) each;

INSERT INTO organizations (reseller_id, id, account_id, name, key, created_at, updated_at)
  SELECT pg_temp.uid(1, (n - 1) / :accounts + 1), pg_temp.uid(3, n * 3 + k), pg_temp.uid(2, n),
    (ARRAY['HQ','East','West'])[k + 1] || ' ' || to_char(pg_temp.h(n * 3 + k, 1000000), 'FM000000'), 'org-' || k, now(), now()
  FROM generate_series(1, :resellers::bigint * :accounts) n CROSS JOIN generate_series(0, 2) k;

INSERT INTO subscriptions (reseller_id, id, account_id, status, support_type, systems, billing_interval, plan_id,
    cost_per_system, currency_code, activated_at, starts_on, created_at, updated_at)
  SELECT pg_temp.uid(1, (n - 1) / :accounts + 1), pg_temp.uid(4, n), pg_temp.uid(2, n),
    CASE WHEN is_active THEN 'ACTIVE' ELSE 'PENDING' END, p.support_type, systems,
    CASE pg_temp.h(n + 29, 2) WHEN 0 THEN 'ANNUAL' ELSE 'MONTHLY' END, p.id, p.cost_per_system, p.currency_code,
    CASE WHEN is_active THEN now() END, CASE WHEN is_active THEN current_date - pg_temp.h(n + 19, 400) + 21 END, now(), now()
  FROM (SELECT n, 1 + pg_temp.h(n + 31, 900) AS systems, pg_temp.h(n + 37, 2) = 1 AS is_active
          FROM generate_series(1, :resellers::bigint * :accounts) n WHERE pg_temp.h(n + 41, 10) < 7) each
  JOIN plans p ON p.support_type = 'PARTNER_SUPPORTED' AND systems BETWEEN p.min_systems AND coalesce(p.max_systems, systems);

-- User 1 is an admin of the first reseller; the users after it have 10, 100, 1,000 and 10,000 accounts, as far as there are
-- so many, one of each reseller in turn.
INSERT INTO users (id, name, email, created_at)
  SELECT pg_temp.uid(5, u), 'User ' || u, 'user' || u || '@example.test', now() FROM generate_series(1, 5) u;
INSERT INTO user_emails (address, user_id) SELECT email, id FROM users;
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, role, created_at)
  VALUES (pg_temp.uid(5, 1), pg_temp.uid(6, 1), 'RESELLER', pg_temp.uid(1, 1), pg_temp.uid(1, 1), 'ADMIN', now());
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, account_id, role, created_at)
  SELECT pg_temp.uid(5, u), pg_temp.uid(6, u * 100000 + m), 'ACCOUNT', a.id, a.reseller_id, a.id, 'READ_ONLY', now()
  FROM generate_series(2, 5) u CROSS JOIN LATERAL generate_series(0, least(10 ^ (u - 1), :resellers::bigint * :accounts)::int - 1) m
  JOIN accounts a ON a.reseller_id = pg_temp.uid(1, m % :resellers + 1)
   AND a.id = pg_temp.uid(2, (m % :resellers)::bigint * :accounts + m / :resellers + 1);
INSERT INTO terms_acceptances (user_id, reseller_id, version, accepted_at)
  VALUES (pg_temp.uid(5, 1), pg_temp.uid(1, 1), '1', now());

ALTER TABLE accounts ADD CONSTRAINT accounts_reseller_id_fkey FOREIGN KEY (reseller_id) REFERENCES resellers (id);
ALTER TABLE organizations ADD CONSTRAINT organizations_reseller_id_account_id_fkey
  FOREIGN KEY (reseller_id, account_id) REFERENCES accounts (reseller_id, id);
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_reseller_id_account_id_fkey
  FOREIGN KEY (reseller_id, account_id) REFERENCES accounts (reseller_id, id);
