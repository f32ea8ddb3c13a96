DROP FUNCTION allocate_symbol_number(text);
DELETE FROM symbols WHERE symbol_number BETWEEN 1 AND 10;
DELETE FROM symbol_numbers WHERE symbol_number BETWEEN 1 AND 10;
