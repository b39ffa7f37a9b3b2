import { describe, expect, it } from "vitest";
import { ReceivedBody } from "../../../runtime/http/received-body.ts";

function bodyOf() {
  const told: string[] = [];
  const source = {
    pause: () => void told.push("pause"),
    resume: () => void told.push("resume"),
    abort: () => void told.push("abort"),
  };
  return { body: new ReceivedBody(source), told };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function textOf(body: ReceivedBody): Promise<string> {
  let text = "";
  for await (const part of body) text += new TextDecoder().decode(part);
  return text;
}

describe("The body of an answer", () => {
  it("gives what has come together as one part, and then that it is whole", async () => {
    const { body, told } = bodyOf();
    body.push(bytes("one "));
    body.push(bytes("two "));
    expect(new TextDecoder().decode((await body.next()).value)).toBe("one two ");
    body.push(bytes("three"));
    body.end();
    expect(await textOf(body)).toBe("three");
    expect(await body.next()).toEqual({ done: true, value: undefined });
    expect(told).toEqual([]);
  });

  it("is waited for until more of it comes", async () => {
    const { body } = bodyOf();
    const reading = textOf(body);
    await Promise.resolve();
    body.push(bytes("late"));
    body.end();
    expect(await reading).toBe("late");
  });

  it("throws what broke it, to who waits and to who asks later", async () => {
    const { body, told } = bodyOf();
    const waiting = body.next();
    body.fail(new Error("cut"));
    await expect(waiting).rejects.toThrow("cut");
    body.fail(new Error("once more"));
    await expect(body.next()).rejects.toThrow("cut");
    body.destroy();
    expect(told).toEqual([]);
  });

  it("is whole all the same where the connection breaks behind its end", async () => {
    const { body } = bodyOf();
    body.push(bytes("whole"));
    body.end();
    body.fail(new Error("cut"));
    expect(await textOf(body)).toBe("whole");
  });

  it("holds its sender up while more waits than is read, once, and lets it go on then", async () => {
    const { body, told } = bodyOf();
    for (let part = 0; part < 4; part += 1) body.push(new Uint8Array(40_000));
    expect(told).toEqual(["pause"]);
    expect((await body.next()).value?.length).toBe(160_000);
    expect(told).toEqual(["pause", "resume"]);
  });

  it("closes the connection when it is put away before its end, and not behind that", async () => {
    const [begun, whole] = [bodyOf(), bodyOf()];
    begun.body.push(bytes("begun"));
    for await (const _ of begun.body) break;
    whole.body.end();
    whole.body.destroy();
    expect([begun.told, whole.told]).toEqual([["abort"], []]);
    expect([begun.body.isDisturbed, whole.body.isDisturbed, bodyOf().body.isDisturbed]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is read through where nobody wants it, up to a bound", async () => {
    const [short, long] = [bodyOf(), bodyOf()];
    for (const { body } of [short, long]) body.push(bytes("12345"));
    short.body.end();
    await short.body.discard(5);
    await long.body.discard(4);
    expect([short.told, long.told]).toEqual([[], ["abort"]]);
  });
});
