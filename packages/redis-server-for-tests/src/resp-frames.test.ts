import { expect, test } from "vitest";
import { commandName, FrameCutter } from "./resp-frames.ts";

const stream = "+OK\r\n*2\r\n$3\r\nGET\r\n$5\r\na\r\nbc\r\n:1\r\n$-1\r\n*-1\r\n*1\r\n*1\r\n+x\r\n";

test("frames are the same however the bytes arrive", () => {
  const whole = new FrameCutter().push(Buffer.from(stream)).map(String);
  expect(whole).toHaveLength(6);
  expect(whole.join("")).toBe(stream);
  for (let at = 0; at < stream.length; at++) {
    const cutter = new FrameCutter();
    const pieces = [stream.slice(0, at), stream.slice(at)];
    const frames = pieces.flatMap((piece) => cutter.push(Buffer.from(piece)));
    expect(frames.map(String)).toEqual(whole);
  }
});

test("a command has its name in capitals", () => {
  expect(commandName(Buffer.from("*2\r\n$3\r\nget\r\n$1\r\na\r\n"))).toBe("GET");
});
