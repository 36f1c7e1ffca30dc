/** The one thing a suite needs of a test runner; vitest, node:test and jest all have it. */
export interface ContractRunner {
  readonly test: (name: string, body: () => Promise<void>) => unknown;
}

/** Registers one test per scenario, each on something newly opened and closed afterwards. */
export function registerScenarios<Opened extends { readonly close?: () => void | Promise<void> }>(
  { test }: ContractRunner,
  open: () => Opened | Promise<Opened>,
  scenarios: Readonly<Record<string, (opened: Opened) => Promise<void>>>,
): void {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(name, async () => {
      const opened = await open();
      try {
        await scenario(opened);
      } finally {
        await opened.close?.();
      }
    });
  }
}
