// Two figures are chosen: the gate's verdict on them and all its reasons, as they were computed when the report was built.
(function () {
  "use strict";
  var LEVELS = ["refused", "bridged", "minded"], BASE = PAIRS.digits.length / 2;
  var one = document.getElementById("one"), other = document.getElementById("other"), answer = document.getElementById("answer");
  var places = {}, rows = PAIRS.dimensions.map(function (each) { return each.rows.split(","); });
  PAIRS.ids.forEach(function (id, place) { places[id] = place; });

  // The number of the reason that a row of runs holds for a figure; an empty row goes on with the one before.
  function number(held, first, second) {
    while (held[first] === "") { first -= 1; }
    var text = held[first], at = 0, covered = first, found = 0;
    function read() {
      var value = 0, digit;
      do {
        digit = PAIRS.digits.indexOf(text[at]);
        at += 1;
        value = value * BASE + digit % BASE;
      } while (digit >= BASE);
      return value;
    }
    while (covered < second) { found = read(); covered += read(); }
    return found;
  }

  function filled(text, first, second) {
    return text.replace(/[\ue000-\ue1ff]/g, function (sign) {
      var code = sign.charCodeAt(0), later = code >= PAIRS.second;
      var kind = PAIRS.words[code - (later ? PAIRS.second : PAIRS.first)];
      return kind.words[kind.of[later ? second : first]];
    });
  }

  // All reasons, the gravest first, each with its level.
  function reasons(first, second) {
    var found = [];
    PAIRS.dimensions.forEach(function (each, place) {
      var reason = each.reasons[number(rows[place], first, second) - 1];
      if (reason) { found.push([reason[0], each.name + ": " + filled(reason[1], first, second)]); }
    });
    return LEVELS.reduce(function (all, level) { return all.concat(found.filter(function (each) { return each[0] === level; })); }, []);
  }

  function add(kind, text, within) {
    var made = document.createElement(kind);
    made.textContent = text;
    (within || answer).append(made);
    return made;
  }

  function figure(place) {
    var about = PAIRS.about[place], line = add("p", ""), link = add("a", PAIRS.ids[place], line);
    link.href = about[3] + ".html#" + PAIRS.ids[place];
    line.append(" " + about[0] + ": ", add("strong", about[1], line), "; " + about[2]);
  }

  function chosen(input) {
    var id = input.value.trim().split(/[ ,:]/)[0].toUpperCase();
    if (id in PAIRS.silent) { return id + " is not printed, " + PAIRS.silent[id] + ", so it is compared with nothing."; }
    return id in places ? places[id] : input.value.trim() ? "The register holds no figure " + input.value.trim() + "." : "";
  }

  function show() {
    var pair = [chosen(one), chosen(other)];
    answer.textContent = "";
    pair.forEach(function (found) { if (typeof found === "string" && found) { add("p", found); } });
    if (pair.indexOf("") !== pair.lastIndexOf("")) { return; }
    if (pair.indexOf("") >= 0) {
      pair.filter(function (found) { return typeof found === "number"; }).forEach(figure);
      add("p", "Choose a second figure to compare it with.");
      return;
    }
    if (typeof pair[0] !== "number" || typeof pair[1] !== "number") { return; }
    if (pair[0] === pair[1]) { add("p", "That is one and the same figure; choose two."); return; }
    var first = Math.min(pair[0], pair[1]), second = Math.max(pair[0], pair[1]), found = reasons(first, second);
    var levels = found.map(function (each) { return each[0]; }), ids = PAIRS.ids[first] + " " + PAIRS.ids[second];
    var verdict = levels.indexOf("refused") >= 0 ? "refused" : levels.indexOf("bridged") >= 0 ? "bridged" : "comparable";
    var said = PAIRS.said.filter(function (each) { return each[0] === first && each[1] === second; })[0];
    figure(first);
    figure(second);
    add("p", verdict.charAt(0).toUpperCase() + verdict.slice(1)).className = "says";
    add("p", "Allowed: " + (said ? said[3] : "no arithmetic") + ".");
    if (said) { add("blockquote", said[4]); }
    if (found.length) {
      var list = add("ul", "");
      found.forEach(function (each) { add("li", each[1], list).className = each[0]; });
    } else {
      add("p", "No difference in what is counted was found.");
    }
    add("code", "cseanalysis compare " + ids, add("p", said ? "On the command line: " : "For a sentence to quote: "));
  }

  var list = document.getElementById("ids");
  PAIRS.ids.forEach(function (id, place) {
    var option = document.createElement("option");
    option.value = id;
    option.label = PAIRS.about[place][0] + ": " + PAIRS.about[place][1] + "; " + PAIRS.about[place][2];
    list.append(option);
  });
  document.getElementById("pair").hidden = false;
  document.getElementById("pair").addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("pair").addEventListener("input", show);
  // The address may name both figures or one; places on the page, as #main, are no figure.
  function read() {
    var asked = location.hash.slice(1).replace(/%2C/gi, ",").replace(/%20/g, " ").split(",");
    if (asked.length !== 2 && !/^\s*F\d+\s*$/i.test(asked.join())) { return; }
    one.value = asked[0];
    other.value = asked[1] || "";
    show();
  }
  window.addEventListener("hashchange", read);
  read();
})();
