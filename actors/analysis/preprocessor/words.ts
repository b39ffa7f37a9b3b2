// The words of C and C++ that are no names, and how a macro's name looks.

const types = wordsOf(`
  void char short int long float double signed unsigned bool _Bool auto size_t ssize_t ptrdiff_t wchar_t
  char8_t char16_t char32_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t
  uintptr_t __int64
`);
const specifiers = wordsOf(`
  static extern inline const volatile constexpr consteval constinit virtual explicit friend mutable register
  typedef typename thread_local _Thread_local restrict
`);
const elaborated = wordsOf(`
  struct union enum class
`);
const others = wordsOf(`
  if else for while do switch case default break continue return goto sizeof typeof __typeof__ alignas
  _Alignas alignof _Alignof decltype static_assert _Static_assert _Generic new delete throw try catch
  operator template using namespace public private protected this noexcept override final requires concept
  co_await co_return co_yield asm __asm__ __asm and or not nullptr true false _Atomic export import
  static_cast dynamic_cast reinterpret_cast const_cast typeid
`);
const compilers = wordsOf(`
  __attribute__ __attribute __declspec __pragma _Pragma __extension__ __inline __inline__ __forceinline
  __cdecl __stdcall __fastcall __restrict __restrict__ __volatile__ __noinline__
`);

/** `int`, `size_t` and other types that are no other name. */
export function isTypeWord(word: string): boolean {
  return types.has(word);
}

export function isSpecifier(word: string): boolean {
  return specifiers.has(word);
}

/** `struct` and its like: the next word is a type's name. */
export function isElaborated(word: string): boolean {
  return elaborated.has(word);
}

/** What a type is made of but for names. */
export function isTypePart(word: string): boolean {
  return types.has(word) || specifiers.has(word) || elaborated.has(word);
}

export function isKeyword(word: string): boolean {
  return isTypePart(word) || others.has(word);
}

/** What compilers add to the language in front of or behind a declaration. */
export function isCompilerWord(word: string): boolean {
  return compilers.has(word);
}

/** By the custom of both languages: capitals alone. */
export function isMacroName(word: string): boolean {
  return /^_*[A-Z][A-Z0-9_]+$/.test(word) && word !== "FILE" && word !== "NULL";
}

function wordsOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
