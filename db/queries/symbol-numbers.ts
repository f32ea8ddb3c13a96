/** The pair's number, given now if it had none. */
export const RESERVE_SYMBOL_NUMBER = "select allocate_symbol_number($1) as symbol_number";
