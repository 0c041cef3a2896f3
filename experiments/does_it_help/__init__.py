"""Which of the three methods, and which of their combinations, help on little real data?"""
