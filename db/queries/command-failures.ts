/** Counts one more failure of a command and returns how many there are. */
export const COUNT_FAILURE = "select count_command_failure($1, $2) as failures";

export const READ_FAILURES =
  "select command_id, failures from command_failures where symbol_group = $1 order by command_id";
