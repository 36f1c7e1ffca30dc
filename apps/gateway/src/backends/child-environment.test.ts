import { expect, test } from "vitest";
import { childEnvironment, withoutValues } from "./child-environment.ts";

test("a child gets what is on the short list and what is configured, and nothing else", () => {
  const gateway = {
    PATH: "/bin",
    LC_TIME: "C",
    GITHUB_TOKEN: "secret",
    NODE_OPTIONS: "-r x",
    HOME: undefined,
  };
  expect(childEnvironment(gateway, { API_KEY: "k", PATH: "/opt" })).toEqual({
    PATH: "/opt",
    LC_TIME: "C",
    API_KEY: "k",
  });
});

test("values of configured variables are shown by their names", () => {
  const line = "key=hunter2hunter2 flag=on again hunter2hunter2";
  expect(withoutValues(line, { API_KEY: "hunter2hunter2", FLAG: "on" })).toBe(
    "key=[API_KEY] flag=on again [API_KEY]",
  );
});
