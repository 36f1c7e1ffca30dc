import { expect, test } from "vitest";
import { errorOfReply } from "./error-reply.ts";

const replies: [string, object][] = [
  ["NOSCRIPT No matching script.", { code: "no-script", executed: "no" }],
  ["READONLY You can't write against a read only replica.", { code: "read-only", executed: "no" }],
  ["MOVED 3999 127.0.0.1:6381", { code: "redirected", executed: "no" }],
  ["ASK 3999 127.0.0.1:6381", { code: "redirected", executed: "no" }],
  ["TRYAGAIN Multiple keys request during rehashing", { code: "redirected", executed: "no" }],
  ["CLUSTERDOWN Hash slot not served", { code: "cluster-down", executed: "no" }],
  ["LOADING Redis is loading the dataset", { code: "loading", executed: "no" }],
  ["MASTERDOWN Link with MASTER is down", { code: "primary-down", executed: "no" }],
  ["OOM command not allowed", { code: "out-of-memory", executed: "no" }],
  ["BUSY Redis is busy running a script", { code: "busy", executed: "no" }],
  ["MISCONF Redis is configured to save", { code: "write-refused", executed: "no" }],
  ["NOAUTH Authentication required.", { code: "unauthenticated", errorClass: "auth" }],
  ["WRONGPASS invalid username-password pair", { code: "unauthenticated", errorClass: "auth" }],
  [
    "NOPERM this user has no permissions",
    { code: "forbidden", errorClass: "auth", executed: "no" },
  ],
  ["ERR user_script:3: attempt to index a nil value", { code: "error-reply", executed: "unknown" }],
  ["BUSYGROUP Consumer Group name already exists", { code: "error-reply", executed: "unknown" }],
];

test.each(replies)("%s", (reply, meaning) => {
  expect(errorOfReply(reply)).toMatchObject(meaning);
});

test("what was sent is not repeated, and a long text is cut", () => {
  const { message } = errorOfReply("ERR unknown command 'X', with args beginning with: 'secret' ");
  expect(message).toBe("Redis answered: ERR unknown command 'X'");
  expect(errorOfReply(`ERR ${"x".repeat(5000)}`).message.length).toBeLessThan(250);
});
