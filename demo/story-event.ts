/** What one server offers through the gateway. */
export type Source = { readonly server: string; readonly tools: number; readonly prompts: number };

/** A call and what it was answered. */
export type Answered = {
  readonly kind: "answered";
  readonly tool: string;
  /** Only where they are worth showing. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly answer: string;
  readonly ms: number;
  /** What else there is to say about it. */
  readonly note?: string;
};

/** A call that the limit stopped. */
export type Refused = {
  readonly kind: "refused";
  readonly tool: string;
  readonly message: string;
  /** How long to wait, as the refusal says. */
  readonly waitMs: number;
};

/** What happens in the story, in the order in which it happens. */
export type StoryEvent =
  | { readonly kind: "chapter"; readonly title: string }
  | { readonly kind: "listed"; readonly sources: readonly Source[]; readonly resources: number }
  | Answered
  | Refused;
