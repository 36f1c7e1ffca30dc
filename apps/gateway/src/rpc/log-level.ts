/** Log levels of MCP, from chatty to grave. */
const LOG_LEVELS: readonly string[] = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
];

export { LOG_LEVELS };
