// One assumption is taken at a value: both ends of every number whose formula rests on it, and a file for `cseanalysis run`.
(function () {
  "use strict";
  var which = document.getElementById("which"), value = document.getElementById("value"), slide = document.getElementById("slide");
  var stands = document.getElementById("stands"), rows = document.querySelector("#moved tbody"), others = document.getElementById("others");
  var scenario = document.getElementById("scenario"), copied = document.getElementById("copied"), file = document.getElementById("file");
  var NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i, TWO_READINGS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
  var formulas = {};
  Object.keys(MOVING.formulas).forEach(function (name) { formulas[name] = FORMULA.read(MOVING.formulas[name]); });

  function taken(one, number) { return one.turned ? [Math.min(number, 1 / number), Math.max(number, 1 / number)] : [number, number]; }

  // The ends of a number with the assumptions at their ranges: over every combination of the ends of those in its formula.
  function ends(name, ranges, known) {
    if (known[name]) { return known[name]; }
    var formula = formulas[name], low = Infinity, high = -Infinity;
    var free = formula.names.filter(function (one, place, all) { return ranges[one] && all.indexOf(one) === place; });
    for (var corner = 0; corner < 1 << free.length; corner += 1) {
      var found = [].concat(formula.value(named(corner)));
      low = Math.min(low, found[0]);
      high = Math.max(high, found[found.length - 1]);
    }
    known[name] = [low, high];
    return known[name];

    function named(corner) {
      return function (id, end) {
        var full = end ? id + "." + end : id;
        if (full in MOVING.values) { return MOVING.values[full]; }
        if (ranges[id]) { return ranges[id][end ? (end === "high") + 0 : corner >> free.indexOf(id) & 1]; }
        return ends(id, ranges, known)[(end === "high") + 0];
      };
    }
  }

  function ranged(chosen, number) {
    var ranges = {};
    Object.keys(MOVING.assumptions).forEach(function (name) {
      var one = MOVING.assumptions[name];
      ranges[name] = name === chosen ? taken(one, number) : [one.low, one.high];
    });
    return ranges;
  }

  // Outward, as the report rounds a bound, to four digits or whole numbers: the two of its text would hide a small move.
  function said(number, about, outward) {
    var scaled = number * about.scale;
    if (!isFinite(scaled)) { return "no number"; }
    var digits = scaled ? Math.max(0, 3 - Math.floor(Math.log10(Math.abs(scaled)))) : 0;
    var size = Math.pow(10, Math.min(digits, 12)), whole = Number((scaled * size).toPrecision(13));
    var shown = (outward < 0 ? Math.floor(whole) : Math.ceil(whole)) / size;
    return shown.toLocaleString("en-GB", { maximumFractionDigits: 12 }) + (about.scale === 100 ? "%" : "");
  }

  function cell(row, pair, about) {
    var made = document.createElement("td");
    made.className = "right";
    pair.forEach(function (number, place) {
      var data = document.createElement("data");
      data.value = String(number);
      data.textContent = said(number, about, place ? 1 : -1);
      made.append(place ? " to " : "", data);
    });
    row.append(made);
  }

  function show(number) {
    var name = which.value, one = MOVING.assumptions[name], still = number === null, why = still ? "" : refused(one, number);
    var own = {}, moved = {}, before = ranged("", 0), at = still ? before : ranged(name, number);
    stands.textContent = still ? "Not moved: the report defends " + range(one) + "." : why || where(one, number);
    rows.textContent = "";
    one.moves.forEach(function (id) {
      var about = MOVING.results[id], row = document.createElement("tr"), head = document.createElement("th"), link = document.createElement("a");
      link.href = "numbers.html#" + id;
      link.textContent = about.title;
      head.scope = "row";
      head.append(link);
      row.append(head);
      row.dataset.id = id;
      cell(row, ends(id, before, own), about);
      cell(row, why ? [NaN, NaN] : ends(id, at, moved), about);
      rows.append(row);
    });
    others.textContent = one.others.length ? "This page cannot compute again: " + one.others.map(function (id) { return MOVING.results[id].title; }).join("; ")
      + ". They rest on it by a procedure and by no formula. The file below and the command under it compute them too." : "";
    scenario.value = still || why ? "" : written(name, one, number);
    file.hidden = !scenario.value;
    if (scenario.value) { file.href = "data:application/toml;charset=utf-8," + encodeURIComponent(scenario.value); } else { file.removeAttribute("href"); }
    file.download = name + ".toml";
    copied.textContent = "";
  }

  function refused(one, number) {
    var text = value.value.trim();
    return number >= one.least && number <= one.most ? "" : "This page computes from " + one.least + " to " + one.most + "; "
      + (!isNaN(number) ? "cseanalysis run says what follows from other values, or why the study refuses them."
        : TWO_READINGS.test(text) ? text + " can be " + text.replace(",", ".") + " or " + text.replace(",", "") + ", so write the one that is meant."
        : "write one number with a point, as 0.25.");
  }

  function range(one) { return one.turned ? "1/" + one.high + " to " + one.high : one.low + " to " + one.high; }

  function where(one, number) {
    var more = number > one.high, within = !more && number >= (one.turned ? 1 : one.low);
    var at = one.turned ? "From 1/" + number + " to " + number : String(number);
    return at + (within ? " is within the range that the report defends, " : " is beyond the range that the report defends: " + (one.turned ? "wider than " : more ? "above " : "below ")) + range(one) + ".";
  }

  function written(name, one, number) {
    var at = taken(one, number), text = JSON.stringify, beyond = where(one, number);
    return ["# One assumption taken at a value, for `cseanalysis run`. Say in your words why, and whose claim it is, before you rely on it.",
      "title = " + text(name + " at " + number),
      "why = " + text("What follows from " + name + " at " + number + ", with everything else as the study has it."),
      'source = "Chosen on the page of assumptions of the report; judgement."', "", "[assumptions." + name + "]",
      "low = " + at[0], "high = " + at[1], "reason = " + text(beyond + " Judgement of whoever chose it."),
      'source = "none found"', 'locator = "page of assumptions"', ""].join("\n");
  }

  // A comma is taken for the point that many write so, but not where it may part thousands.
  function typed() {
    var text = value.value.trim();
    if (!text) { return null; }
    return NUMBER.test(text) && !TWO_READINGS.test(text) ? Number(text.replace(",", ".")) : NaN;
  }

  function choose() {
    var one = MOVING.assumptions[which.value];
    slide.min = one.least;
    slide.max = one.most;
    slide.step = (one.most - one.least) / 400;
    reset();
  }

  function reset() {
    var one = MOVING.assumptions[which.value];
    value.value = "";
    slide.value = (one.low + one.high) / 2;  // a slider must lie somewhere
    show(null);
  }

  document.getElementById("move").hidden = false;
  document.getElementById("move").addEventListener("submit", function (event) { event.preventDefault(); });
  which.addEventListener("change", choose);
  value.addEventListener("input", function () {
    var number = typed();
    if (isFinite(number) && number !== null) { slide.value = number; }
    show(number);
  });
  slide.addEventListener("input", function () { var number = Number(Number(slide.value).toPrecision(4)); value.value = number; show(number); });
  document.getElementById("reset").addEventListener("click", reset);
  document.getElementById("copy").addEventListener("click", function () {
    scenario.select();
    copied.textContent = document.execCommand("copy") ? "Copied." : "Copy the text above.";
  });
  if (Object.keys(MOVING.assumptions).indexOf(location.hash.slice(1)) >= 0) { which.value = location.hash.slice(1); }
  choose();
})();
