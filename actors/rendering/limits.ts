// What bounds a text for people: whoever wants all of a result takes JSON or Markdown.
/** Text is for reading; whoever wants every issue of a large directory takes JSON or Markdown. */
export const issuesShownMax = 100;

/** As above, for the list of files. */
export const filesShownMax = 40;

/** Width of text that goes to no terminal. */
export const textColumns = 80;

/** Files named, and reasons given, where all of them would be a list. */
export const placesShownMax = 3;

/** Lines of a diff that a person still looks through; whoever wants all of it has a file of it, or goes file by file. */
export const diffLinesMax = 5_000;

/** Characters of one line of a diff: a minified file has lines that fill a terminal for minutes. */
export const diffLineCharactersMax = 2_000;
