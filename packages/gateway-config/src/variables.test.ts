import { expect, test } from "vitest";
import { withVariables } from "./variables.ts";

const env = { TOKEN: "s3cr3t", EMPTY: "", NESTED: "${TOKEN}" };

function urlOf(url: string) {
  const { value, findings } = withVariables({ backends: [{ url }] }, env);
  const [backend] = (value as { backends: { url: string }[] }).backends;
  return { url: backend?.url, messages: findings.map(({ message }) => message) };
}

test.each([
  ["https://a/${TOKEN}", "https://a/s3cr3t"],
  ["${TOKEN}${TOKEN}", "s3cr3ts3cr3t"],
  ["a${EMPTY}b", "ab"],
  ["$${TOKEN}", "${TOKEN}"],
  ["$TOKEN $", "$TOKEN $"],
])("%s becomes %s", (text, replaced) => {
  expect(urlOf(text)).toEqual({ url: replaced, messages: [] });
});

test("what a variable holds is not searched for variables again", () => {
  expect(urlOf("${NESTED}").url).toBe("${TOKEN}");
});

test.each([
  ["${MISSING}", "needs the environment variable MISSING, which is not set"],
  ["${toString}", "needs the environment variable toString, which is not set"],
  ["${a b}", "has ${…} around something that is not the name of an environment variable"],
  ["${}", "has ${…} around something that is not the name of an environment variable"],
  ["${TOKEN", "has ${ without a closing }"],
])("%s is refused and stays", (text, message) => {
  expect(urlOf(text)).toEqual({ url: text, messages: [message] });
});

test("variables are replaced in the places for them and nowhere else", () => {
  const { value } = withVariables(
    {
      name: "${TOKEN}",
      backends: [
        {
          name: "${TOKEN}",
          command: "${TOKEN}",
          args: ["${TOKEN}"],
          env: { "${TOKEN}": "${TOKEN}" },
          headers: { "x-a": "${TOKEN}" },
        },
      ],
      outgoingAuth: {
        default: { headerInjection: { headerName: "${TOKEN}", headerValue: "${TOKEN}" } },
        backends: { a: { headerInjection: { headerValue: "Bearer ${TOKEN}" } } },
      },
    },
    env,
  );
  expect(value).toEqual({
    name: "${TOKEN}",
    backends: [
      {
        name: "${TOKEN}",
        command: "${TOKEN}",
        args: ["s3cr3t"],
        env: { "${TOKEN}": "s3cr3t" },
        headers: { "x-a": "s3cr3t" },
      },
    ],
    outgoingAuth: {
      default: { headerInjection: { headerName: "${TOKEN}", headerValue: "s3cr3t" } },
      backends: { a: { headerInjection: { headerValue: "Bearer s3cr3t" } } },
    },
  });
});
