// What the metrics count in Rust.
import { describe, expect, it } from "vitest";
import type { FunctionMetrics } from "../../../../actors/analysis/report.ts";
import { measuring } from "./measured.ts";

const { metricsOf, functionsOf, onlyOf, listedIn } = measuring("rust");

describe("the complexity of Rust", () => {
  it("counts nested loops and a jump to a label, as in the paper", async () => {
    const body = `let mut total = 0;
  'out: for i in 1..=max {
    for j in 2..i {
      if i % j == 0 {
        continue 'out;
      }
    }
    total += i;
  }
  total`;
    expect(await only(body)).toMatchObject({ cognitive: 7, cyclomatic: 4, nesting: 3 });
  });

  it("counts every loop once", async () => {
    const body = "for x in xs {} while a {} while let Some(x) = xs.pop() {} loop {}";
    expect(await only(body)).toMatchObject({ cognitive: 4, cyclomatic: 5, nesting: 1 });
  });

  it("counts else and else if without nesting", async () => {
    const body = "if a {} else if let Some(x) = b { if c {} } else if d {} else { if e {} }";
    expect(await only(body)).toMatchObject({ cognitive: 8, cyclomatic: 6, nesting: 2 });
    expect(await only("let x = if a { 1 } else { 2 };")).toMatchObject({ cognitive: 2, cyclomatic: 2 });
  });

  it("counts a match once for the reader, and n arms as n - 1 paths", async () => {
    const body = "match x { /* first */ 1 | 2 => 3, #[cfg(unix)] 4 => 5, _ => 6 }";
    expect(await only(body)).toMatchObject({ cognitive: 1, cyclomatic: 3, nesting: 1 });
  });

  it("counts a guard of an arm and let-else as paths, but no question mark", async () => {
    expect(await only("match x { n if n > 1 => 2, _ => 3 }")).toMatchObject({ cognitive: 1, cyclomatic: 3 });
    expect(await only("let Some(x) = y else { return 1 };")).toMatchObject({ cognitive: 0, cyclomatic: 2 });
    expect(await only("let x = y()?;")).toMatchObject({ cognitive: 0, cyclomatic: 1 });
  });

  it("counts sequences of logical operators through parentheses", async () => {
    expect(await only("if a && b && c || d || e && f {}")).toMatchObject({ cognitive: 4, cyclomatic: 7 });
    expect(await only("if a && !(b && c) {}")).toMatchObject({ cognitive: 3, cyclomatic: 4 });
    expect(await only("(a || b) || (c || d)")).toMatchObject({ cognitive: 1, cyclomatic: 4 });
  });

  it("counts every operator of a chain of lets, and the chain as one sequence", async () => {
    const body = "if let Some(x) = a && b && let Some(y) = c && x > 3 && (p || q) && !z {}";
    expect(await only(body)).toMatchObject({ cognitive: 3, cyclomatic: 8 });
    expect(await only("while a && let Some(x) = b {}")).toMatchObject({ cognitive: 2, cyclomatic: 3 });
  });

  it("counts labelled jumps, but no plain ones", async () => {
    expect(await only("'a: loop { break 'a 3 }")).toMatchObject({ cognitive: 2, cyclomatic: 2 });
    expect(await only("loop { if a { continue } break 3 }")).toMatchObject({ cognitive: 3 });
  });

  it("counts a closure for the function around it, one level deeper", async () => {
    const body = "if a {} xs.map(|x| { if x { 1 } else { 2 } })";
    expect(await only(body)).toMatchObject({ name: "f", cognitive: 4, cyclomatic: 3 });
    expect(await only("xs.map(|x| x && y)")).toMatchObject({ cognitive: 1, cyclomatic: 2 });
  });

  it("counts blocks of unsafe and async code for nothing", async () => {
    expect(await only("unsafe { if a {} } async move { if b {} }")).toMatchObject({
      cognitive: 2,
      nesting: 1,
    });
  });

  it("counts a call of itself, however it is spelled", async () => {
    expect(await only("f::<u8>()")).toMatchObject({ cognitive: 1 });
    expect(await first("impl Tree { fn size(&self) -> u8 { self.size() } }")).toMatchObject({ cognitive: 1 });
    expect(await first("impl<T> Tree<T> { fn of() { Self::of() } }")).toMatchObject({ cognitive: 1 });
    expect(await first("impl Tree { fn of() { Tree::of() } }")).toMatchObject({ cognitive: 1 });
    expect(await first("impl Tree { fn of() { Leaf::of() } }")).toMatchObject({ cognitive: 0 });
    expect(await first("impl Tree { fn of() { of() } }")).toMatchObject({ cognitive: 0 });
    expect(await first("impl Tree { fn size(&self) { self.left.size() } }")).toMatchObject({ cognitive: 0 });
  });
});

describe("the functions of Rust", () => {
  it("have names with their type, lines and parameters", async () => {
    const text = `impl<T: Clone> fmt::Display for net::Server<T> {
    pub async fn handle(&mut self, a: i32, (b, c): (u8, u8)) -> Result<(), E> {
        Ok(())
    }
    fn boxed(self: Box<Self>, /* the rest */ #[cfg(unix)] d: u8) {}
}
trait Shape {
    fn area(&self) -> f64;
    fn twice(&self) -> f64 { 2.0 * self.area() }
}
mod inner { pub(crate) const unsafe extern "C" fn raw<const N: usize>(a: *const u8) {} }
fn outer() { fn nested() {} }`;
    expect(await listedIn(text)).toEqual([
      ["Server.handle", 2, 3, 2],
      ["Server.boxed", 5, 1, 1],
      ["Shape.twice", 9, 1, 0],
      ["raw", 11, 1, 1],
      ["outer", 12, 1, 0],
      ["nested", 12, 1, 0],
    ]);
  });

  it("are closures too where they have a name or a block and only declarations are around them", async () => {
    const text = `fn f() {
    let less = |a: i32, b| a < b;
    let task = Task { run: move || if a { 1 } else { 2 } };
    thread::spawn(move || { work(); });
    xs.iter().map(|x| x + 1);
}`;
    expect((await functionsOf(text)).map(({ name, parameters }) => [name, parameters])).toEqual([
      ["f", 0],
      ["less", 2],
      ["run", 0],
      ["callback of thread::spawn", 0],
    ]);
  });
});

it("counts the lines of Rust, documentation among the comments", async () => {
  const text =
    '//! Crate.\n\n/// Doc.\n/// More.\nfn f() {} // here\n/* a\n\n/* b */ c */\nconst S: &str = "// no";\n';
  expect(await metricsOf(text)).toMatchObject({ lines: 9, codeLines: 2, commentLines: 5, blankLines: 2 });
});

it("measures a match of thousands of arms", async () => {
  const arms = Array.from({ length: 5_000 }, (_, index) => `${index} => "${index}",`).join("\n");
  expect(await only(`match x {\n${arms}\n_ => "" }`)).toMatchObject({ cognitive: 1, cyclomatic: 5_001 });
});

it.each([
  "",
  "\n",
  "//! Crate.",
  "use std::fs;\r\n",
  "macro_rules! m { ($x:expr) => { if $x { fn f() {} } }; }",
])("finds no functions in %j", async (text) => {
  expect(await metricsOf(text)).toMatchObject({ functions: [], cyclomatic: 0, cognitive: 0 });
});

async function first(item: string): Promise<FunctionMetrics | undefined> {
  return (await functionsOf(item))[0];
}

/** The figures of a function `f` with this body, which must be the only one listed. */
function only(body: string): Promise<FunctionMetrics | undefined> {
  return onlyOf(`fn f() {\n${body}\n}\n`);
}
