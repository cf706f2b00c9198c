/** The message of whatever was thrown: its own words, or the thing itself as text when it is no error. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * As `sentenceOf`, for what only says that it failed, as fetch does: the words of its cause, or the cause's code when it has
 * no words (a refused connection to a name with several addresses).
 */
export function causeSentenceOf(error: unknown): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return sentenceOf(error);
  const { cause } = error;
  if (cause.message !== "") return cause.message;
  return "code" in cause ? String(cause.code) : error.message;
}
