-- The peers' world in our tables: as many people, resellers, accounts, organizations, contracts and memberships.
-- Every id is md5('<kind>:<n>')::uuid, every "random" value a hash of the same. Run as a superuser, whom no wall binds.
BEGIN;
CREATE FUNCTION pg_temp.uid(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT md5(kind || ':' || n)::uuid $$;
CREATE FUNCTION pg_temp.h(kind text, n bigint, m int) RETURNS int LANGUAGE sql IMMUTABLE AS
  $$ SELECT (('x' || substr(md5(kind || '#' || n), 1, 7))::bit(28)::int) % m $$;

INSERT INTO users (id, name, email, created_at)
  SELECT pg_temp.uid('user', n), 'User ' || n, 'user' || n || '@example.test', now() FROM generate_series(1, 5000) n;
INSERT INTO user_emails (address, user_id) SELECT email, id FROM users;

INSERT INTO resellers (id, name, is_eligible, time_zone, currency_code, created_at, updated_at)
  SELECT pg_temp.uid('reseller', n), 'Reseller ' || to_char(n, 'FM000'), n % 3 <> 0, 'UTC', 'USD', now(), now()
  FROM generate_series(1, 200) n;

INSERT INTO terms_versions (version, body, published_at) VALUES ('1', 'Be kind.', now() - interval '1 year');

-- Reseller 1 sells Partner Supported only, so that its own people may look at every organization of theirs.
INSERT INTO accounts (reseller_id, id, name, subdomain, support_type, trial_starts_on, trial_ends_on, created_at, updated_at)
  SELECT pg_temp.uid('reseller', r), pg_temp.uid('account', n),
    (ARRAY['Acme','Globex','Initech','Umbrella','Hooli','Stark','Wayne','Wonka','Tyrell','Cyberdyne'])[pg_temp.h('n', n, 10) + 1]
      || ' ' || (ARRAY['Dental','Legal','Logistics','Foods','Clinic','Labs','Bank','School'])[pg_temp.h('m', n, 8) + 1]
      || ' ' || to_char(n, 'FM00000'),
    'acct' || to_char(n, 'FM00000'),
    CASE WHEN r = 1 OR (r % 3 <> 0 AND pg_temp.h('s', n, 10) < 4) THEN 'PARTNER_SUPPORTED' ELSE 'HUNTRESS_SUPPORTED' END,
    began, began + 20, now(), now()
  FROM (SELECT n, (n - 1) / 200 + 1 AS r, current_date - pg_temp.h('d', n, 60) AS began FROM generate_series(1, 40000) n) each;
INSERT INTO subdomains (name, reseller_id, account_id) SELECT subdomain, reseller_id, id FROM accounts;

INSERT INTO organizations (reseller_id, id, account_id, name, key, created_at, updated_at)
  SELECT pg_temp.uid('reseller', (n - 1) / 600 + 1), pg_temp.uid('org', n), pg_temp.uid('account', (n - 1) / 3 + 1),
    'Org ' || to_char(n, 'FM000000') || ' '
      || (ARRAY['HQ','East','West','North','South','Remote','Plant'])[pg_temp.h('o', n, 7) + 1],
    'org-' || n, now(), now()
  FROM generate_series(1, 120000) n;

-- Reseller 2 has pending contracts only: they are the ones that the third operation saves again and again.
INSERT INTO subscriptions (reseller_id, id, account_id, status, support_type, systems, billing_interval, plan_id,
    cost_per_system, currency_code, activated_at, starts_on, created_at, updated_at)
  SELECT a.reseller_id, pg_temp.uid('sub', n), a.id, CASE WHEN is_active THEN 'ACTIVE' ELSE 'PENDING' END, a.support_type,
    systems, CASE pg_temp.h('bi', n, 2) WHEN 0 THEN 'ANNUAL' ELSE 'MONTHLY' END, p.id, p.cost_per_system, p.currency_code,
    CASE WHEN is_active THEN now() END, CASE WHEN is_active THEN a.trial_ends_on + 1 END, now(), now()
  FROM (SELECT n, 1 + pg_temp.h('sy', n, 900) AS systems, (n - 1) / 200 + 1 <> 2 AND pg_temp.h('st', n, 2) = 1 AS is_active
          FROM generate_series(1, 40000) n WHERE pg_temp.h('hs', n, 10) < 7) each
  JOIN accounts a ON a.id = pg_temp.uid('account', n)
  JOIN plans p ON p.support_type = a.support_type AND systems BETWEEN p.min_systems AND coalesce(p.max_systems, systems);

-- User 1: resellers 1 to 3, 20 accounts, 30 organizations: 53 dashboards.
CREATE FUNCTION pg_temp.role(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT (ARRAY['ADMIN','USER','READ_ONLY'])[n % 3 + 1] $$;
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, role, created_at)
  SELECT pg_temp.uid('user', 1), pg_temp.uid('m1r', n), 'RESELLER', pg_temp.uid('reseller', n), pg_temp.uid('reseller', n),
    'ADMIN', now() FROM generate_series(1, 3) n;
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, account_id, role, created_at)
  SELECT pg_temp.uid('user', 1), pg_temp.uid('m1a', n), 'ACCOUNT', a.id, a.reseller_id, a.id, pg_temp.role(n), now()
  FROM generate_series(1, 20) n JOIN accounts a ON a.id = pg_temp.uid('account', n * 1777);
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, account_id, organization_id, role, created_at)
  SELECT pg_temp.uid('user', 1), pg_temp.uid('m1o', n), 'ORGANIZATION', o.id, o.reseller_id, o.account_id, o.id, pg_temp.role(n), now()
  FROM generate_series(1, 30) n JOIN organizations o ON o.id = pg_temp.uid('org', n * 3571);
-- Everybody else: a reseller for every fifth, two accounts, three organizations; nobody else is in resellers 1 to 3.
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, role, created_at)
  SELECT pg_temp.uid('user', n), pg_temp.uid('mr', n), 'RESELLER', r, r, (ARRAY['ADMIN','FINANCE','READ_ONLY'])[n % 3 + 1], now()
  FROM (SELECT n, pg_temp.uid('reseller', 4 + pg_temp.h('mr', n, 197)) AS r FROM generate_series(2, 5000) n WHERE n % 5 = 0) each;
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, account_id, role, created_at)
  SELECT pg_temp.uid('user', n), pg_temp.uid('ma', n * 2 + k), 'ACCOUNT', a.id, a.reseller_id, a.id, pg_temp.role(n), now()
  FROM generate_series(2, 5000) n CROSS JOIN generate_series(0, 1) k
  JOIN accounts a ON a.id = pg_temp.uid('account', 1 + pg_temp.h('ma', n, 20000) * 2 + k);
INSERT INTO memberships (user_id, id, kind, dashboard_id, reseller_id, account_id, organization_id, role, created_at)
  SELECT pg_temp.uid('user', n), pg_temp.uid('mo', n * 3 + k), 'ORGANIZATION', o.id, o.reseller_id, o.account_id, o.id, pg_temp.role(n), now()
  FROM generate_series(2, 5000) n CROSS JOIN generate_series(0, 2) k
  JOIN organizations o ON o.id = pg_temp.uid('org', 1 + pg_temp.h('mo', n, 40000) * 3 + k);

INSERT INTO terms_acceptances (user_id, reseller_id, version, accepted_at)
  SELECT user_id, reseller_id, '1', now() FROM memberships WHERE kind = 'RESELLER';
COMMIT;
