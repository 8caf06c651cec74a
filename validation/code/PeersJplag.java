import de.jplag.JPlag;
import de.jplag.JPlagComparison;
import de.jplag.Language;
import de.jplag.options.JPlagOptions;
import java.io.File;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/**
 * JPlag 6.0.0 on the pairs that peers.ts wrote, with each language's own minimum of matching tokens: average similarity.
 *
 * java -cp 'LIB/*' validation/code/PeersJplag.java PEERS [LANGUAGE…]
 */
public class PeersJplag {
  public static void main(String[] args) throws Exception {
    TreeMap<String, Language> languages = new TreeMap<>();
    languages.put("python", new de.jplag.python3.PythonLanguage());
    languages.put("typescript", new de.jplag.typescript.TypeScriptLanguage());
    languages.put("rust", new de.jplag.rust.RustLanguage());
    languages.put("go", new de.jplag.golang.GoLanguage());
    languages.put("cpp", new de.jplag.cpp.CPPLanguage());
    for (String name : languages.keySet()) {
      if (args.length > 1 && !Arrays.asList(args).subList(1, args.length).contains(name)) continue;
      try (PrintStream out = new PrintStream(new File(args[0], "jplag-" + name + ".tsv"))) {
        // Submissions are told apart by their folder's name: a root of its own for each pair of kinds.
        for (String kind : new String[] {"original", "quarter", "six-tenths"}) {
          Set<File> roots = new HashSet<>();
          roots.add(new File(args[0], name + "/original"));
          if (!kind.equals("original")) roots.add(new File(args[0], name + "/" + kind));
          JPlagOptions options = new JPlagOptions(languages.get(name), roots, Set.of())
              .withSimilarityThreshold(0.0).withMaximumNumberOfComparisons(0);
          for (JPlagComparison each : JPlag.run(options).getAllComparisons()) {
            String[] a = part(each.firstSubmission().getRoot()), b = part(each.secondSubmission().getRoot());
            if (kind.equals("original"))
              row(out, name, "null", Math.min(Integer.parseInt(a[1]), Integer.parseInt(b[1])),
                  Math.max(Integer.parseInt(a[1]), Integer.parseInt(b[1])), each.similarity());
            else if (a[1].equals(b[1]) && !a[0].equals(b[0]))
              row(out, name, kind, Integer.parseInt(a[1]), Integer.parseInt(a[1]), each.similarity());
          }
        }
        System.err.println(name);
      }
    }
  }

  private static String[] part(File root) {
    return new String[] {root.getParentFile().getName(), root.getName()};
  }

  private static void row(PrintStream out, String language, String kind, int a, int b, double score) {
    out.println(String.join("\t", "jplag", language, kind, "" + a, "" + b, "" + score));
  }
}
