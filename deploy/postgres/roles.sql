-- The roles and schemas of the database, for psql and a superuser; may be run again at any time (it then sets the passwords anew).
--
--   psql -v owner_password=… -v reporting_password=… -v scoring_password=… -v notifications_password=… -d thidua -f roles.sql
--
-- Each service has a role that reads and writes rows in its own schema and can see no other. Tables belong to thidua_owner, as which only
-- migrations run: a service cannot change its own tables' shape, and a table made by a migration is at once open to its service.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name)
FROM unnest(ARRAY['thidua_owner', 'thidua_reporting', 'thidua_scoring', 'thidua_notifications']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE thidua_owner PASSWORD :'owner_password';
ALTER ROLE thidua_reporting PASSWORD :'reporting_password';
ALTER ROLE thidua_scoring PASSWORD :'scoring_password';
ALTER ROLE thidua_notifications PASSWORD :'notifications_password';

-- Nothing is for everybody: by default PUBLIC may connect, make temporary tables and call every new function.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO thidua_owner, thidua_reporting, thidua_scoring, thidua_notifications', current_database())
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner REVOKE ALL ON TYPES FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS reporting AUTHORIZATION thidua_owner;
GRANT USAGE ON SCHEMA reporting TO thidua_reporting;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA reporting GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO thidua_reporting;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA reporting GRANT USAGE, SELECT ON SEQUENCES TO thidua_reporting;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA reporting GRANT EXECUTE ON FUNCTIONS TO thidua_reporting;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA reporting GRANT USAGE ON TYPES TO thidua_reporting;
ALTER ROLE thidua_reporting SET search_path = reporting;

CREATE SCHEMA IF NOT EXISTS scoring AUTHORIZATION thidua_owner;
GRANT USAGE ON SCHEMA scoring TO thidua_scoring;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA scoring GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO thidua_scoring;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA scoring GRANT USAGE, SELECT ON SEQUENCES TO thidua_scoring;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA scoring GRANT EXECUTE ON FUNCTIONS TO thidua_scoring;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA scoring GRANT USAGE ON TYPES TO thidua_scoring;
ALTER ROLE thidua_scoring SET search_path = scoring;

CREATE SCHEMA IF NOT EXISTS notifications AUTHORIZATION thidua_owner;
GRANT USAGE ON SCHEMA notifications TO thidua_notifications;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA notifications GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO thidua_notifications;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA notifications GRANT USAGE, SELECT ON SEQUENCES TO thidua_notifications;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA notifications GRANT EXECUTE ON FUNCTIONS TO thidua_notifications;
ALTER DEFAULT PRIVILEGES FOR ROLE thidua_owner IN SCHEMA notifications GRANT USAGE ON TYPES TO thidua_notifications;
ALTER ROLE thidua_notifications SET search_path = notifications;
