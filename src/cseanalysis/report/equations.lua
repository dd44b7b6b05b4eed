-- Equations with their labels and words, for print and for the browser: a paragraph's formulas, each set by what is given.

-- A display equation may be followed by its label and by words to read aloud: {#eq:name alt="..."}.
local function attributes_after(inlines, start)
  local first = start
  while inlines[first] and (inlines[first].t == 'Space' or inlines[first].t == 'SoftBreak') do first = first + 1 end
  if not (inlines[first] and inlines[first].t == 'Str' and inlines[first].text:match('^{#eq:')) then return nil end
  local said = ''
  for last = first, #inlines do
    said = said .. pandoc.utils.stringify(pandoc.Inlines({inlines[last]}))
    if said:match('}$') then
      said = said:gsub('“', '"'):gsub('”', '"')
      return said:match('^{#(eq:[%w:_-]+)'), said:match('alt="(.-)"%s*}$'), last + 1
    end
  end
  return nil
end

-- Return what sets the formulas of a paragraph by `set(math, id, words)`.
return function(set)
  return function(paragraph)
    local out, position, inlines = pandoc.List(), 1, paragraph.content
    while position <= #inlines do
      local element = inlines[position]
      position = position + 1
      if element.t == 'Math' then
        local id, words, after
        if element.mathtype == 'DisplayMath' then id, words, after = attributes_after(inlines, position) end
        out:insert(set(element, id, words))
        position = after or position
      else
        out:insert(element)
      end
    end
    paragraph.content = out
    return paragraph
  end
end
