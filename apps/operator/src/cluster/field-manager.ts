/** Under which name the operator applies what it wants; changing it leaves its fields behind. */
export const FIELD_MANAGER = "headgate-operator";
