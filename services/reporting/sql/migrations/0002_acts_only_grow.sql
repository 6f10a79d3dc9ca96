-- An act that stands in the chain is never changed or taken out, not even by the service itself.

CREATE FUNCTION refuse_to_change_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'acts are only ever appended';
END
$$;
CREATE TRIGGER act_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON act
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_acts();
